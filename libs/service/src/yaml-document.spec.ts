import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { DocumentPath } from './problem.ts';
import { parseYaml } from './yaml-document.ts';
import type { YamlOptions } from './yaml-document.ts';

const options: YamlOptions = { file: 'a.yaml', dialect: 'yaml11' };

function valueOf(text: string, dialect: YamlOptions['dialect'] = 'yaml11'): unknown {
  const parsed = parseYaml(text, { file: 'a.yaml', dialect });
  assert.ok(parsed.ok, JSON.stringify(parsed));
  return parsed.value.value;
}

function problemsOf(text: string | Uint8Array): readonly string[] {
  const parsed = parseYaml(text, options);
  assert.ok(!parsed.ok);
  return parsed.problems.map(({ line, path, message }) => `${line}|${path}|${message}`);
}

test('the two dialects differ where YAML 1.1 and 1.2 do', () => {
  const text = '{a: on, b: 010, c: 1:30, d: no}';
  assert.deepEqual(valueOf(text, 'yaml11'), { a: true, b: 8, c: 90, d: false });
  assert.deepEqual(valueOf(text, 'core'), { a: 'on', b: 10, c: '1:30', d: 'no' });
});

test('merge keys work in YAML 1.1 and are ordinary keys in our own files', () => {
  const text = 'a: &a {b: 1}\nc: {<<: *a, d: 2}\n';
  assert.deepEqual(valueOf(text, 'yaml11'), { a: { b: 1 }, c: { b: 1, d: 2 } });
  assert.deepEqual(valueOf(text, 'core'), { a: { b: 1 }, c: { '<<': { b: 1 }, d: 2 } });
});

const text = `# comment
sources:
  - name: a
    meters:
      - cpu
      -
      - "disk
         read"
  - {name: b,
     meters: [x,
              y]}
block: |
  1
  2
"quoted key": 1
y: 2
base: &base
  one: 1
  list: [1,
         2]
copy: *base
merged:
  <<: *base
  two: 2
twice:
  <<: [*base, {three: 3}]
`;

const lines: readonly (readonly [DocumentPath, number])[] = [
  [[], 2],
  [['sources'], 2],
  [['sources', 0], 3],
  [['sources', 0, 'name'], 3],
  [['sources', 0, 'meters'], 4],
  [['sources', 0, 'meters', 0], 5],
  [['sources', 0, 'meters', 2], 7],
  [['sources', 1], 9],
  [['sources', 1, 'meters'], 10],
  [['sources', 1, 'meters', 1], 11],
  [['sources', 1, 'interval'], 9],
  [['sources', 7, 'name'], 2],
  [['block'], 12],
  [['quoted key'], 15],
  [['y'], 16],
  [['copy'], 21],
  [['copy', 'one'], 18],
  [['merged', 'two'], 24],
  [['merged', 'list', 1], 20],
  [['twice', 'one'], 18],
  [['twice', 'three'], 26],
  [['nowhere'], 2],
];
for (const [path, line] of lines) {
  test(`${JSON.stringify(path)} is on line ${line}`, () => {
    const parsed = parseYaml(text, options);
    assert.ok(parsed.ok, JSON.stringify(parsed));
    assert.equal(parsed.value.lineOf(path), line);
  });
}

test('lines are counted with every kind of line end', () => {
  const parsed = parseYaml('a: 1\r\nb: 2\rc: 3\nd: 4', options);
  assert.ok(parsed.ok);
  assert.deepEqual(
    ['a', 'b', 'c', 'd'].map((key) => parsed.value.lineOf([key])),
    [1, 2, 3, 4],
  );
});

for (const [what, source, expected] of [
  ['nothing', '', ['1||the file is empty; write its settings, or name another file']],
  ['comments only', '# a\n', ['1||the file is empty; write its settings, or name another file']],
  ['a bare marker', '---\n', ['1||the file is empty; write its settings, or name another file']],
  ['two documents', 'a: 1\n---\nb: 2\n', ['3||a second document starts here ("---"); keep one document per file']],
  [
    'repeated keys, all of them',
    'a: 1\nb: {c: 1, c: 2}\na: 2\n',
    [
      '2|b.c|this key is written twice (first on line 2); remove one of the two',
      '3|a|this key is written twice (first on line 1); remove one of the two',
    ],
  ],
  [
    'a list as a key',
    'a: 1\n? [x]\n: 2\n',
    ['2||a list, a mapping or an alias cannot be a key here; write the key as plain text'],
  ],
  [
    'a second merge key',
    'a: &a {x: 1}\nb:\n  <<: *a\n  <<: {x: 2}\n',
    ['4|b["<<"]|only one << per mapping; write a list, and first in it what shall win: "<<: [*this, *that]"'],
  ],
  [
    'a repeated key that only looks like a merge key',
    '"<<": {x: 1}\n"<<": {x: 2}\n',
    ['2|["<<"]|this key is written twice (first on line 1); remove one of the two'],
  ],
  ['a tab', 'a: 1\n\tb: 2\n', ['2||not valid YAML: tab characters must not be used in indentation']],
  ['an alias without an anchor', 'a: 1\nb: *c\n', ['2||not valid YAML: unidentified alias "c"']],
  [
    'an alias inside of itself',
    'a: &a\n  - 1\n  - *a\n',
    ['3|a[1]|the alias *a stands inside of what it stands for; write the value out'],
  ],
  ['too many levels', '['.repeat(101), ['1||not valid YAML: nesting exceeded maxDepth (100)']],
  [
    'a tag that would run code elsewhere',
    'a: 1\nb: !!python/object:os.system x\n',
    ['2||not valid YAML: unknown scalar tag !<tag:yaml.org,2002:python/object:os.system>'],
  ],
  ['a null byte', 'a: \0', ['1||not valid YAML: null byte is not allowed in input']],
] as const) {
  test(`${what} is a problem with its line`, () => {
    assert.deepEqual(problemsOf(source), expected);
  });
}

test('a few aliases that stand for millions of values are refused without being written out', () => {
  const levels = Array.from({ length: 30 }, (_, level) => `a${level + 1}: &a${level + 1} [*a${level}, *a${level}]`);
  assert.deepEqual(problemsOf(['a0: &a0 [x]', ...levels].join('\n')), [
    '1||the document has more than 200000 values (aliases written out); split it or use fewer aliases',
  ]);
});

test('bytes that are not UTF-8 are a problem', () => {
  assert.deepEqual(problemsOf(Uint8Array.of(0x61, 0x0a, 0xff)), [
    '2||the file is not valid UTF-8 from this line on; save it as UTF-8',
  ]);
});

test('an empty text is the given value where the caller has one', () => {
  const parsed = parseYaml('# all defaults\n', { ...options, whenEmpty: {} });
  assert.deepEqual(parsed.ok && parsed.value.value, {});
});

test('a key called __proto__ is a key like any other', () => {
  assert.deepEqual(Object.keys(valueOf('__proto__: {x: 1}\n') as object), ['__proto__']);
});

const fragments = fc.array(
  fc.constantFrom(
    'a',
    ': ',
    '- ',
    '\n',
    '  ',
    '[',
    ']',
    '{',
    '}',
    '&a ',
    '*a',
    '<<',
    '"',
    "'",
    '|',
    '!!set ',
    '? ',
    '---\n',
    '#',
    ', ',
    '1',
    '\t',
    '\r',
  ),
);

test('nothing makes the parser throw, and everything it accepts has lines', () => {
  const source = fc.oneof(
    fc.uint8Array(),
    fc.string({ unit: 'binary' }),
    fragments.map((parts) => parts.join('')),
  );
  fc.assert(
    fc.property(source, fc.constantFrom('core' as const, 'yaml11' as const), (input, dialect) => {
      const parsed = parseYaml(input, { file: 'a.yaml', dialect });
      if (!parsed.ok) assert.ok(parsed.problems.length > 0);
      else assert.ok((parsed.value.lineOf(['a', 0, 'a']) ?? 0) >= 1);
    }),
    { numRuns: 2000 },
  );
});
