/** Every command of the README, run as a reader would: from a shell whose PATH does not have our packages. */
import assert from 'node:assert/strict';
import { cp, readFile, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { freePort, startProcess, temporaryDirectory } from '@nephometer/test-kit';
import type { TemporaryDirectory, TestProcess } from '@nephometer/test-kit';
import { readyLine } from './services.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const readme = await readFile(join(root, 'README.md'), 'utf8');

/** The commands of the README's shell blocks, in order. */
const commands = [...readme.matchAll(/^```sh\n(.*?)^```$/gms)].flatMap(([, block = '']) => block.trim().split('\n'));

const outerPath = (process.env['PATH'] ?? '')
  .split(delimiter)
  .filter((entry) => !/node_modules\/\.bin\/?$/.test(entry))
  .join(delimiter);

let directory: TemporaryDirectory;
let target: string;
let inspector: TestProcess | undefined;

/** A command of the README with the ports and the directory of this test in place of those that a reader has. */
function adapt(command: string): string {
  return command
    .replaceAll('127.0.0.1:7750', target)
    .replaceAll('examples/', `${directory.path}/examples/`)
    .replace(/nephometer-inspector .*/, `$& --listen ${target}`);
}

function start(command: string): Promise<TestProcess> {
  // `exec`: a shell in between would die of the Ctrl-C that its command survives.
  return startProcess('sh', ['-c', `exec ${adapt(command)}`], { cwd: root, ownGroup: true, env: { PATH: outerPath } });
}

/** Runs a command of the README to its end and gives what it printed. */
async function run(command: string): Promise<string> {
  await using shell = await start(command);
  const { code } = await shell.exit;
  assert.equal(code, 0, `${command}\n${shell.lines('stderr').join('\n')}`);
  return shell.lines('stdout').join('\n');
}

before(async () => {
  directory = await temporaryDirectory();
  target = `127.0.0.1:${await freePort()}`;
  const examples = join(directory.path, 'examples');
  await cp(join(root, 'examples'), examples, { recursive: true });
  for (const [file, before, after] of [
    ['coordinator.yaml', '127.0.0.1:7750', target],
    ['pipeline.yaml', 'file:///tmp/', `file://${directory.path}/`],
  ] as const) {
    const text = await readFile(join(examples, file), 'utf8');
    assert.ok(text.includes(before), `examples/${file} has no ${before}`);
    await writeFile(join(examples, file), text.replace(before, after));
  }
});

after(async () => {
  await inspector?.[Symbol.asyncDispose]();
  await directory[Symbol.asyncDispose]();
});

/** What each command must do, by the command as it stands in the README. */
const expectations: Readonly<Record<string, (command: string) => Promise<void>>> = {
  'npm start': async (command) => {
    await using shell = await start(command);
    await shell.waitForLine((line) => /\bcpu\b.*\bns\b/.test(line), { from: 'stdout' });
    shell.kill('SIGINT');
    assert.equal((await shell.exit).code, 0, shell.lines('stderr').join('\n'));
  },
  // It is what runs this.
  'npm test': async () => assert.match(process.env['npm_lifecycle_script'] ?? 'node --test', /node --test/),
  'npx nephometer-inspector --hypervisor simulated': async (command) => {
    inspector = await start(command);
    assert.equal((await readyLine(inspector))['listen'], target);
  },
  'npx nephometer inspect 127.0.0.1:7750': async (command) => {
    const printed = await run(command);
    assert.match(printed, /simulated/);
    assert.match(printed, /server-1\b/);
  },
  'npx nephometer inspect 127.0.0.1:7750 server-1': async (command) => {
    assert.match(await run(command), /server-1\b[^]*vda/);
  },
  'npx nephometer doctor 127.0.0.1:7750': async (command) => {
    assert.match(await run(command), /no problems, no warnings/);
  },
  'npx nephometer validate examples/*.yaml': async (command) => {
    assert.equal((await run(command)).match(/: fine/g)?.length, 4);
  },
  'npx nephometer-coordinator --config examples/coordinator.yaml --once': async (command) => {
    assert.match(await run(command), /server-1 .*\bcpu\b/);
    assert.match(await readFile(join(directory.path, 'nephometer-samples.jsonl'), 'utf8'), /"name": "cpu"/);
  },
  [commands.find((command) => command.startsWith('npx buf curl')) ?? 'npx buf curl']: async (command) => {
    assert.match(await run(command), /"id":/);
  },
};

for (const command of commands) {
  test(`README: ${command}`, async () => {
    const expectation = expectations[command];
    assert.ok(expectation, 'a command without a test');
    await expectation(command);
  });
}

test('no expectation is left over', () => {
  assert.deepEqual(
    Object.keys(expectations).filter((command) => !commands.includes(command)),
    [],
  );
});
