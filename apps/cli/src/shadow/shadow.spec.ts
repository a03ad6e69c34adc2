import assert from 'node:assert/strict';
import { appendFile, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { eventually, startProcess, temporaryDirectory } from '@nephometer/test-kit';
import type { TestProcess } from '@nephometer/test-kit';
import type { Report } from './report.ts';
import type { RunFacts } from './run-facts.ts';

const main = fileURLToPath(new URL('../main.ts', import.meta.url));
const inspectorMain = fileURLToPath(new URL('../../../inspector/src/main.ts', import.meta.url));
const coordinatorMain = fileURLToPath(new URL('../../../coordinator/src/main.ts', import.meta.url));

/** The operator's files, for an inspector that may not be there. */
interface Site extends AsyncDisposable {
  readonly directory: string;
  /** What shadow is given as Ceilometer's samples. */
  readonly samples: string;
  /** Where temporary files go. */
  readonly temporary: string;
  shadow(...args: readonly string[]): Promise<TestProcess>;
}

/** With a cloud of one simulated host, and a stand-in for Ceilometer: our own coordinator on a file. */
interface LiveSite extends Site {
  /** Passes what has newly been written on, changed by `change`; true once that was anything. */
  passOn(change?: (line: string) => string): Promise<boolean>;
}

const pipeline = (publisher: string): string =>
  JSON.stringify({
    sources: [{ name: 'all', meters: ['*'], sinks: ['one', 'two'] }],
    sinks: [
      { name: 'one', publishers: [publisher] },
      { name: 'two', publishers: [publisher] },
    ],
  });

async function writeSite(compat = 'head'): Promise<Site> {
  await using starting = new AsyncDisposableStack();
  const { path: directory } = starting.use(await temporaryDirectory());
  const { path: temporary } = starting.use(await temporaryDirectory());
  const files = {
    'polling.yaml': 'sources: [{name: all, interval: 1, meters: ["*", "!*.rate"]}]\n',
    'pipeline.yaml': pipeline(`file://${join(directory, 'published.jsonl')}?json`),
    'coordinator.yaml':
      'polling_file: polling.yaml\npipeline_file: pipeline.yaml\ninspectors: [{targets: ["unix:i.sock"]}]\n' +
      // A port that nobody may open, a directory that nobody may make.
      `compat: ${compat}\nstate_dir: own-state\nhttp: 127.0.0.1:1\n`,
    'samples.jsonl': '',
  };
  for (const [name, text] of Object.entries(files)) await writeFile(join(directory, name), text);
  const samples = join(directory, 'samples.jsonl');
  const args = [main, 'shadow', '--config', join(directory, 'coordinator.yaml'), '--ceilometer', samples];
  const resources = starting.move();
  return {
    directory,
    samples,
    temporary,
    shadow: (...more) => startProcess(process.execPath, [...args, ...more], { env: { TMPDIR: temporary } }),
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}

async function startSite(compat?: string): Promise<LiveSite> {
  await using starting = new AsyncDisposableStack();
  const site = starting.use(await writeSite(compat));
  const at = (name: string): string => join(site.directory, name);
  const inspector = starting.use(
    await startProcess(
      process.execPath,
      [inspectorMain, '--hypervisor', 'simulated', '--listen', `unix:${at('i.sock')}`, '--host', 'kvm1'],
      { env: { NEPHOMETER_SIMULATED_INSTANCES: '2' } },
    ),
  );
  await inspector.waitForLine((line) => line.includes('"msg":"ready"'));
  const raw = at('raw.jsonl');
  await writeFile(at('theirs.yaml'), pipeline(`file://${raw}?json`));
  await writeFile(
    at('ceilometer.yaml'),
    'polling_file: polling.yaml\npipeline_file: theirs.yaml\ninspectors: [{targets: ["unix:i.sock"]}]\nstate_dir: their-state\n',
  );
  starting.use(await startProcess(process.execPath, [coordinatorMain, '--config', at('ceilometer.yaml')]));
  await eventually(async () => assert.notEqual(await readFile(raw, 'utf8'), ''));

  let passed = 0;
  const running = starting.move();
  return {
    ...site,
    async passOn(change = (line) => line) {
      const lines = (await readFile(raw, 'utf8')).split('\n').slice(0, -1);
      const fresh = lines.slice(passed);
      passed = lines.length;
      await appendFile(site.samples, fresh.map((line) => `${change(line)}\n`).join(''));
      return fresh.length > 0;
    },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

/** Lets Ceilometer's samples through until the command has ended. */
async function follow(site: LiveSite, command: TestProcess, change?: (line: string) => string): Promise<number | null> {
  let hasEnded = false;
  void command.exit.then(() => (hasEnded = true));
  await eventually(async () => {
    await site.passOn(change);
    assert.ok(hasEnded, command.lines('stderr').join('\n'));
  });
  return (await command.exit).code;
}

function reportOf(command: TestProcess): Report & RunFacts {
  return JSON.parse(command.lines('stdout').join('\n')) as Report & RunFacts;
}

/** What only the operator's own coordinator may make. */
async function assertUntouched({ directory, temporary }: Site): Promise<void> {
  assert.deepEqual(await readdir(temporary), []);
  const files = await readdir(directory);
  assert.ok(!files.includes('own-state') && !files.includes('published.jsonl'), files.join(', '));
}

test('where both say the same, everything agrees, and nothing is left behind', async () => {
  await using site = await startSite();
  await using command = await site.shadow('--cycles', '4');
  assert.equal(await follow(site, command), 0, command.lines('stdout').join('\n'));
  const output = command.lines('stdout').join('\n');
  assert.match(output, /^cpu +2 +2 +- +- +- +-/m);
  assert.match(output, /^Everything agrees within the reading times: \d\d+ series\.$/m);
  assert.match(command.lines('stderr').join('\n'), /cycle 4 of 4/);
  await assertUntouched(site);
});

test('what is not the same is found, each kind with an example', async () => {
  await using site = await startSite();
  await using command = await site.shadow('--cycles', '4', '--json');
  let count = 0;
  const spoil = (line: string): string => {
    count += 1;
    if (line.includes('"name": "memory.swap.in"')) return '{"name": "memory.swap.in", "typ';
    if (line.includes('"name": "vcpus"')) return line.replace('"volume": ', '"volume": 10');
    if (line.includes('"name": "memory"')) return line.replace('"unit": "MiB"', '"unit": "MB"');
    if (line.includes('"name": "power.state"')) return line.replace('"state": "running"', '"state": "off"');
    if (line.includes('"name": "cpu"')) return line.replace('"name": "cpu"', '"name": "cpu.old"');
    return line;
  };
  assert.equal(await follow(site, command, spoil), 1);
  assert.ok(count > 0);
  const { agrees, isCutShort, differences, lineProblems, meters } = reportOf(command);
  assert.deepEqual([agrees, isCutShort], [false, false]);
  const found = new Map(differences.map((difference) => [`${difference.kind} ${difference.what}`, difference]));
  assert.deepEqual(found.get('volume ')?.meters, ['vcpus']);
  assert.deepEqual(found.get('unit unit')?.meters, ['memory']);
  assert.deepEqual(found.get('metadata resource_metadata.state')?.example.theirs, '"off"');
  assert.deepEqual(found.get('only-ours ')?.meters, ['cpu', 'memory.swap.in']);
  assert.deepEqual(found.get('only-theirs ')?.meters, ['cpu.old']);
  assert.equal(lineProblems[0]?.problem, 'not JSON');
  assert.ok(meters.find(({ meter }) => meter === 'memory.resident')?.agree === 2);
  await assertUntouched(site);
});

test('the wrong version is seen by its units, and a rotated file is followed', async () => {
  await using site = await startSite('19.0.0');
  await using command = await site.shadow('--cycles', '4', '--json');
  await command.waitForLine((line) => line.includes(' beside '));
  await eventually(async () => assert.ok(await site.passOn()));
  await rename(site.samples, `${site.samples}.1`);
  assert.equal(await follow(site, command), 1);
  const { otherCompat, theirs } = reportOf(command);
  assert.equal(otherCompat, 'head');
  assert.deepEqual(theirs, { kind: 'file', path: site.samples, rotations: 1, restarts: 0 });
});

test('without samples nothing could be compared, and it says what may be wrong', async () => {
  await using site = await writeSite();
  await using command = await site.shadow('--for', '1s');
  assert.equal((await command.exit).code, 1);
  assert.match(command.lines('stderr').join('\n'), /coordinator: host cannot be polled: .*i\.sock/);
  assert.match(
    command.lines('stdout').join('\n'),
    /^Nothing came from our side[^]*^Nothing came from Ceilometer[^]*^Nothing could be compared\.$/m,
  );
});

test('samples that were there before count on request', async () => {
  await using site = await startSite();
  await site.passOn();
  await using command = await site.shadow('--for', '1s', '--from-start', '--json');
  await command.exit;
  assert.ok(reportOf(command).theirSamples > 0);
});

test('Ctrl-C ends it early with a report, and nothing is left', async () => {
  await using site = await writeSite();
  await using command = await site.shadow('--for', '1h', '--json');
  await command.waitForLine((line) => line.includes('the coordinator polls every 1s'));
  command.kill('SIGINT');
  const { code } = await command.exit;
  assert.ok(code === 0 || code === 1, `${code} ${command.lines('stderr').join('\n')}`);
  assert.equal(reportOf(command).isCutShort, true);
  await assertUntouched(site);
});

test('Ctrl-C while it starts leaves nothing either, and there is nothing to report', async () => {
  await using site = await writeSite();
  await using command = await site.shadow('--for', '1h');
  await command.waitForLine((line) => line.includes('for 1 h'));
  command.kill('SIGINT');
  assert.equal((await command.exit).code, 130);
  assert.deepEqual(command.lines('stdout'), []);
  await assertUntouched(site);
});

test('a coordinator that is killed is reported with its log, and nothing is left', async () => {
  await using site = await writeSite();
  await using command = await site.shadow('--for', '1h');
  const pid = await eventually(async () => {
    const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
    for (const candidate of pids) {
      const text = await readFile(`/proc/${candidate}/cmdline`, 'utf8').catch(() => '');
      if (text.includes('coordinator/src/main.ts') && text.includes(join(site.directory, 'coordinator.yaml')))
        return Number(candidate);
    }
    throw new Error('the coordinator runs');
  });
  process.kill(pid, 'SIGKILL');
  assert.equal((await command.exit).code, 1);
  assert.match(command.lines('stderr').join('\n'), /the coordinator (has )?ended.*killed by SIGKILL/);
  await assertUntouched(site);
});

const refusals: readonly [
  what: string,
  prepare: (site: Site) => Promise<unknown>,
  args: readonly string[],
  message: RegExp,
][] = [
  [
    'no such file of samples',
    async () => undefined,
    ['--ceilometer', '/nonexistent/s.jsonl'],
    /--ceilometer \/nonexistent\/s\.jsonl: .*ENOENT/,
  ],
  ['a time that is none', async () => undefined, ['--for', 'soon'], /'soon' is invalid/],
  ['both lengths', async () => undefined, ['--for', '1s', '--cycles', '2'], /cannot be used with/],
  [
    'a faulty polling file',
    (site) => writeFile(join(site.directory, 'polling.yaml'), 'sources: 5\n'),
    [],
    /polling\.yaml:1: sources: /,
  ],
  [
    'a discovery that does not exist, which only the coordinator knows',
    (site) =>
      writeFile(
        join(site.directory, 'polling.yaml'),
        'sources: [{name: a, interval: 1, meters: [cpu], discovery: [moon]}]\n',
      ),
    [],
    /cannot work with [^]*moon/,
  ],
];

for (const [what, prepare, args, message] of refusals) {
  test(`${what}: exit code 2, and it says why`, async () => {
    await using site = await writeSite();
    await prepare(site);
    await using command = await site.shadow(...args);
    const { code } = await command.exit;
    assert.match(command.lines('stderr').join('\n'), message);
    assert.equal(code, 2);
    await assertUntouched(site);
  });
}

test('the help is data', async () => {
  await using command = await startProcess(process.execPath, [main, 'shadow', '--help']);
  assert.equal((await command.exit).code, 0);
  assert.match(command.lines('stdout').join('\n'), /^Usage: nephometer shadow[^]*Examples:[^]*Exit codes: 0/);
});
