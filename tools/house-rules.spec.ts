/** Proves that the lint refuses what the house plan forbids, and lets through what it allows. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { ESLint } from 'eslint';

const root = fileURLToPath(new URL('..', import.meta.url));

const BOUNDARIES = '@nx/enforce-module-boundaries';

before(() => {
  // The boundary rule reads nx's project graph from its cache and is silent without it.
  const { status, stderr } = spawnSync('nx', ['show', 'projects'], { cwd: root, encoding: 'utf8' });
  assert.equal(status, 0, stderr);
});

/** The ids of the rules that a file with this text would break; the file need not be what lies there. */
async function brokenRules(filePath: string, text: string): Promise<(string | null)[]> {
  const eslint = new ESLint({ cwd: root });
  const [result] = await eslint.lintText(text, { filePath });
  assert.ok(result, `${filePath} was not linted`);
  return result.messages.map(({ ruleId }) => ruleId);
}

/** [what, the file that imports, what it imports, the rule it breaks or null] */
const imports: readonly [string, string, string, string | null][] = [
  ['a part imports another part', 'libs/pollsters/src/index.ts', '@nephometer/pipeline', BOUNDARIES],
  ['a base project imports a contract', 'libs/sample/src/index.ts', '@nephometer/plugin', BOUNDARIES],
  ['a contract imports a part', 'libs/plugin/src/index.ts', '@nephometer/pollsters', BOUNDARIES],
  ['the inspector imports code of the coordinator', 'apps/inspector/src/run.ts', '@nephometer/pipeline', BOUNDARIES],
  ['the coordinator imports libvirt', 'apps/coordinator/src/run.ts', '@nephometer/libvirt', BOUNDARIES],
  ['an app imports an app', 'apps/cli/src/main.ts', '../../inspector/src/run.ts', BOUNDARIES],
  ['production code imports the test kit', 'libs/libvirt/src/index.ts', '@nephometer/test-kit', BOUNDARIES],
  ['gRPC outside its fence', 'libs/pipeline/src/index.ts', '@grpc/grpc-js', 'no-restricted-imports'],
  ['a daemon starts processes', 'apps/inspector/src/run.ts', 'node:child_process', 'no-restricted-imports'],
  ['the command line starts processes', 'apps/cli/src/run.ts', 'node:child_process', 'no-restricted-imports'],
  ['the command line speaks to a message bus', 'apps/cli/src/run.ts', 'amqplib', 'no-restricted-imports'],
  ['the command line imports libvirt', 'apps/cli/src/run.ts', '@nephometer/libvirt', BOUNDARIES],
  [
    'a client imports a contract of the coordinator',
    'libs/inspector-client/src/index.ts',
    '@nephometer/plugin',
    BOUNDARIES,
  ],
  ['a contract imports a base project', 'libs/plugin/src/index.ts', '@nephometer/sample', null],
  ['an app imports a part', 'apps/coordinator/src/run.ts', '@nephometer/pipeline', null],
  ['`nephometer dev` starts processes', 'apps/cli/src/dev/dev.ts', 'node:child_process', null],
  ['`nephometer shadow` reads a queue', 'apps/cli/src/shadow/queue/queue-link.ts', 'amqplib', null],
  ['private-libvirtd starts processes', 'libs/private-libvirtd/src/daemon.ts', 'node:child_process', null],
  ['the command line checks publishers', 'apps/cli/src/run.ts', '@nephometer/publishers', null],
];

for (const [what, file, imported, rule] of imports) {
  test(`${what}: ${rule ? `refused by ${rule}` : 'allowed'}`, async () => {
    const broken = await brokenRules(file, `import * as imported from '${imported}';\nexport const used = imported;\n`);
    const relevant = broken.filter((id) => id === BOUNDARIES || id === 'no-restricted-imports');
    assert.deepEqual(relevant, rule ? [rule] : []);
  });
}

/** [what, the code, the rule it breaks] */
const bans: readonly [string, string, string][] = [
  ['setInterval', 'setInterval(() => undefined, 1);\n', 'no-restricted-globals'],
  ['AbortSignal.any', 'export const both = AbortSignal.any([]);\n', 'no-restricted-properties'],
  ['console', "console.log('x');\n", 'no-console'],
  [
    'a using declaration, which Node 22 cannot parse,',
    'using x = { [Symbol.dispose]() {} };\nexport const y = x;\n',
    'no-restricted-syntax',
  ],
  ['a floating promise', 'Promise.resolve(1);\n', '@typescript-eslint/no-floating-promises'],
];

for (const [what, code, rule] of bans) {
  test(`${what} is refused by ${rule}`, async () => {
    assert.ok((await brokenRules('libs/sample/src/index.ts', code)).includes(rule));
  });
}

test('files that import each other are refused', async () => {
  const eslint = new ESLint({ cwd: root, ignore: false, warnIgnored: false });
  const results = await eslint.lintFiles(['tools/fixtures/cycle/hen.ts', 'tools/fixtures/cycle/egg.ts']);
  const rules = results.map(({ messages }) => messages.map(({ ruleId }) => ruleId));
  assert.deepEqual(rules, [['import-x/no-cycle'], ['import-x/no-cycle']]);
});
