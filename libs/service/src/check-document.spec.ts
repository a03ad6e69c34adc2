import assert from 'node:assert/strict';
import { test } from 'node:test';
import { z } from 'zod';
import { checkDocument } from './check-document.ts';
import { addFindings, problemAt } from './findings.ts';
import { formatProblem } from './problem.ts';
import { parseYaml } from './yaml-document.ts';
import type { YamlDocument } from './yaml-document.ts';

function read(text: string): YamlDocument {
  const parsed = parseYaml(text, { file: 'a.yaml', dialect: 'core' });
  assert.ok(parsed.ok);
  return parsed.value;
}

function problemsOf(text: string, schema: z.ZodType): readonly string[] {
  const parsed = checkDocument(read(text), schema);
  assert.ok(!parsed.ok, 'no problem found');
  return parsed.problems.map(formatProblem);
}

const server = z.strictObject({
  host: z.string().min(1),
  port: z.int().min(1).max(65535),
  mode: z.enum(['plain', 'tls']).default('plain'),
  tags: z.array(z.string()).max(2).optional(),
});
const schema = z.strictObject({ servers: z.array(server).min(1), debug: z.boolean().optional() });

test('a document that fits gives the value with its defaults', () => {
  assert.deepEqual(checkDocument(read('servers: [{host: a, port: 1}]'), schema), {
    ok: true,
    value: { servers: [{ host: 'a', port: 1, mode: 'plain' }] },
    warnings: [],
  });
});

test('all problems come at once, in the order of the file, each with line and path', () => {
  const text = `servers:
  - host: ""
    prot: 80
    mode: tsl
    color: red
  - port: 70000
    host: on.1
    tags: x
  - host: 1.10
    port: 1.5
    tags: [a, b, c]
  - text
debgu: true
debug: yes
`;
  const known = '(known: host, port, mode, tags)';
  assert.deepEqual(problemsOf(text, schema), [
    'a.yaml:2: servers[0].host: expected text, got nothing',
    'a.yaml:2: servers[0].port: missing; expected a number',
    `a.yaml:3: servers[0].prot: unknown key "prot"; did you mean "port"? ${known}`,
    'a.yaml:4: servers[0].mode: expected one of plain, tls, got text "tsl"; did you mean "tls"?',
    `a.yaml:5: servers[0].color: unknown key "color"; remove it ${known}`,
    'a.yaml:6: servers[1].port: expected at most 65535, got the number 70000',
    'a.yaml:8: servers[1].tags: expected a list, got text "x"; write ["x"] for a list of one',
    'a.yaml:9: servers[2].host: expected text, got the number 1.1; put it in quotes if it is meant as text',
    'a.yaml:10: servers[2].port: expected a whole number, got the number 1.5',
    'a.yaml:11: servers[2].tags: expected at most 2 entries',
    'a.yaml:12: servers[3]: expected a mapping (KEY: VALUE lines), got text "text"',
    'a.yaml:13: debgu: unknown key "debgu"; did you mean "debug"? (known: servers, debug)',
    'a.yaml:14: debug: expected true or false, got text "yes"',
  ]);
});

test('a message of the schema itself is kept', () => {
  assert.deepEqual(problemsOf('a: 1', z.strictObject({ a: z.string({ error: 'a name, please' }) })), [
    'a.yaml:1: a: a name, please',
  ]);
});

test('a document that is no mapping is one problem', () => {
  assert.deepEqual(problemsOf('- a', schema), ['a.yaml:1: expected a mapping (KEY: VALUE lines), got a list']);
});

test('of several variants the problems of the nearest one are shown', () => {
  const variant = z.union([
    z.string(),
    z.strictObject({ file: z.string() }),
    z.strictObject({ dns: z.string(), port: z.int() }),
  ]);
  assert.deepEqual(problemsOf('a:\n  fiel: x\n', z.strictObject({ a: variant })), [
    'a.yaml:1: a.file: missing; expected text',
    'a.yaml:2: a.fiel: unknown key "fiel"; did you mean "file"? (known: file)',
  ]);
  assert.deepEqual(problemsOf('a: 5\n', z.strictObject({ a: variant })), [
    'a.yaml:1: a: the number 5 is none of the forms that are possible here',
  ]);
});

test('a key called __proto__ or constructor is unknown like any other', () => {
  assert.deepEqual(problemsOf('a: 1\n__proto__: 1\nconstructor: 2\n', z.strictObject({ a: z.int() })), [
    'a.yaml:2: __proto__: unknown key "__proto__"; remove it (known: a)',
    'a.yaml:3: constructor: unknown key "constructor"; remove it (known: a)',
  ]);
});

test('a key with line ends in it is still one line per problem', () => {
  assert.deepEqual(problemsOf('"a\\nb.yaml:1: x\\u2028": 1\na: 1\n', z.strictObject({ a: z.int() })), [
    String.raw`a.yaml:1: ["a\nb.yaml:1: x\u2028"]: unknown key "a\nb.yaml:1: x\u2028"; remove it (known: a)`,
  ]);
});

test('one finding more makes a good result a bad one, sorted by line', () => {
  const document = read('a: 1\nb: 2\nc: 3\n');
  const found = {
    problems: [problemAt(document, ['c'], 'x'), problemAt(document, ['a'], 'y')],
    warnings: [problemAt(document, ['b'], 'z')],
  };
  const result = addFindings({ ok: true, value: 1, warnings: [] }, found);
  assert.ok(!result.ok);
  assert.deepEqual(result.problems.map(formatProblem), ['a.yaml:1: a: y', 'a.yaml:3: c: x']);
  assert.deepEqual(result.warnings.map(formatProblem), ['a.yaml:2: b: z']);
  assert.deepEqual(addFindings({ ok: true, value: 1, warnings: [] }, {}), { ok: true, value: 1, warnings: [] });
});
