import assert from 'node:assert/strict';
import { chmod, readdir, readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { eventually, startProcess, temporaryDirectory } from '@nephometer/test-kit';
import type { TestProcess } from '@nephometer/test-kit';

const main = fileURLToPath(new URL('../main.ts', import.meta.url));

interface DevRun extends AsyncDisposable {
  readonly process: TestProcess;
  /** Everything of this run can be known by the directory that its files are in. */
  readonly directory: string;
  processes(): Promise<readonly RunningProcess[]>;
  /** Rejects if a process or a file of the run is left. */
  assertNothingLeft(): Promise<void>;
}

interface RunningProcess {
  readonly pid: number;
  readonly command: string;
}

async function startDev(...args: readonly string[]): Promise<DevRun> {
  return startCommand(process.execPath, [main, 'dev', '--interval', '1', ...args]);
}

async function startCommand(command: string, args: readonly string[]): Promise<DevRun> {
  await using starting = new AsyncDisposableStack();
  const { path: directory } = starting.use(await temporaryDirectory());
  // As root, libvirtd runs as somebody else, who must be able to get there.
  await chmod(directory, 0o755);
  // These would set what dev sets in its files.
  const env = { TMPDIR: directory, NEPHOMETER_LISTEN: '127.0.0.1:1', NEPHOMETER_INSPECTORS: '127.0.0.1:1' };
  const run = starting.use(await startProcess(command, args, { env, ownGroup: true }));
  const running = starting.move();
  const processes = async (): Promise<RunningProcess[]> => processesOf(directory);
  return {
    process: run,
    directory,
    processes,
    async assertNothingLeft() {
      await eventually(async () => assert.deepEqual(await processes(), []));
      assert.deepEqual(await readdir(directory), []);
    },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

async function processesOf(directory: string): Promise<RunningProcess[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const all = await Promise.all(
    pids.map(async (pid) => ({
      pid: Number(pid),
      command: (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')).replaceAll('\0', ' ').trim(),
    })),
  );
  return all.filter(({ command }) => command.includes(directory));
}

async function pidOf(run: DevRun, part: string): Promise<number> {
  const found = (await run.processes()).find(({ command }) => command.includes(part));
  assert.ok(found, `${part} runs`);
  return found.pid;
}

const sampleLine = /^\d{4}-\d\d-\d\dT[\d:.]+ +\S.* {2}[a-z.]+ +\S+ +-?[\d.e+]+( \S+)?$/;

test('the simulated hypervisor: samples of instances and their devices, a line each, until Ctrl-C', async () => {
  await using run = await startDev('--hypervisor', 'simulated', '--instances', '3');
  const head = await run.process.waitForLine((line) => line.startsWith('nephometer dev: '));
  assert.match(head, /^nephometer dev: host \S+, the simulated hypervisor \(3 made-up instances\)$/);
  await run.process.waitForLine((line) => / cpu +- +\d+ ns$/.test(line), { from: 'stdout' });
  await run.process.waitForLine((line) => / disk\.device\.read\.bytes +vda +\d+ B$/.test(line), { from: 'stdout' });
  // Rates need two readings: the samples of the second one have come the same way.
  await run.process.waitForLine((line) => / network\.incoming\.bytes\.rate +\S+ +[\d.]+ B\/s$/.test(line), {
    from: 'stdout',
  });
  run.process.kill('SIGINT');
  assert.deepEqual(await run.process.exit, { code: 0, signal: null }, run.process.lines('stderr').join('\n'));
  for (const line of run.process.lines('stdout')) assert.match(line, sampleLine);
  await run.assertNothingLeft();
});

test("libvirt's test driver: a libvirtd of our own, gone afterwards", async () => {
  await using run = await startDev('--hypervisor', 'test');
  await run.process.waitForLine((line) => / test +cpu +- +\d+ ns$/.test(line), { from: 'stdout' });
  assert.match(run.process.lines('stderr').join('\n'), /a libvirtd of our own with libvirt's test driver/);
  await pidOf(run, 'libvirtd');
  run.process.kill('SIGTERM');
  assert.deepEqual(await run.process.exit, { code: 0, signal: null }, run.process.lines('stderr').join('\n'));
  await run.assertNothingLeft();
});

for (const service of ['inspector', 'coordinator']) {
  test(`when the ${service} dies, dev says so with its log and exits with 1, and nothing is left`, async () => {
    await using run = await startDev('--hypervisor', 'simulated');
    await run.process.waitForLine((line) => line.includes(' cpu '), { from: 'stdout' });
    process.kill(await pidOf(run, `${service}/src/main.ts`), 'SIGKILL');
    assert.deepEqual(await run.process.exit, { code: 1, signal: null });
    const errors = run.process.lines('stderr').join('\n');
    assert.match(
      errors,
      new RegExp(`^the ${service} has ended \\(killed by SIGKILL\\); the last lines of its log:$`, 'm'),
    );
    assert.match(errors, /"msg":"ready"/);
    await run.assertNothingLeft();
  });
}

test('when dev itself is killed, its services end by themselves', async () => {
  await using run = await startDev('--hypervisor', 'test');
  await run.process.waitForLine((line) => line.includes(' cpu '), { from: 'stdout' });
  assert.ok((await run.processes()).length >= 3);
  process.kill(run.process.pid, 'SIGKILL');
  await eventually(async () => assert.deepEqual(await run.processes(), []));
});

test('a reader that has seen enough ends it, as a success', async () => {
  const script = '"$0" "$1" dev --interval 1 --hypervisor simulated | head -n 3; echo "exit ${PIPESTATUS[0]}"';
  await using run = await startCommand('bash', ['-c', script, process.execPath, main]);
  assert.equal((await run.process.exit).code, 0);
  const lines = run.process.lines('stdout');
  assert.equal(lines.length, 4);
  assert.equal(lines[3], 'exit 0');
  await run.assertNothingLeft();
});

test('on a terminal: a live view, which q ends and which leaves the terminal as it was', async () => {
  const command = `stty rows 30 columns 100; "${process.execPath}" "${main}" dev --interval 1 --hypervisor simulated`;
  await using run = await startCommand('script', ['-qec', command, '/dev/null']);
  await run.process.waitForLine((line) => line.includes('server-0') && line.includes('running'));
  await run.process.waitForLine((line) => /q or Ctrl-C quits \| cycle [2-9]/.test(line));
  run.process.write('q');
  assert.deepEqual(await run.process.exit, { code: 0, signal: null });
  const output = run.process.lines('stdout').join('\n');
  assert.ok(output.startsWith('\x1b[?1049h'), 'the alternate screen');
  assert.match(output.slice(-40), /\x1b\[\?25h\x1b\[\?1049l/, 'and back');
  await run.assertNothingLeft();
});

test('Ctrl-C while it starts leaves nothing either', async () => {
  await using run = await startDev('--hypervisor', 'test');
  await eventually(async () => assert.notDeepEqual(await readdir(run.directory), []));
  run.process.kill('SIGINT');
  assert.deepEqual(await run.process.exit, { code: 0, signal: null }, run.process.lines('stderr').join('\n'));
  await run.assertNothingLeft();
});
