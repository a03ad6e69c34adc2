import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { startProcess, temporaryDirectory } from '@nephometer/test-kit';
import type { TestProcess } from '@nephometer/test-kit';

const main = fileURLToPath(new URL('./main.ts', import.meta.url));
const inspectorMain = fileURLToPath(new URL('../../inspector/src/main.ts', import.meta.url));

interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

async function nephometer(...args: readonly string[]): Promise<Outcome> {
  await using command = await startProcess(process.execPath, [main, ...args]);
  command.endInput();
  const { code } = await command.exit;
  return { code, stdout: command.lines('stdout').join('\n'), stderr: command.lines('stderr').join('\n') };
}

interface SimulatedInspector extends AsyncDisposable {
  readonly target: string;
  readonly process: TestProcess;
}

async function startInspector(instances: number): Promise<SimulatedInspector> {
  await using starting = new AsyncDisposableStack();
  const directory = starting.use(await temporaryDirectory());
  const target = `unix:${join(directory.path, 'i.sock')}`;
  const process_ = starting.use(
    await startProcess(
      process.execPath,
      [inspectorMain, '--hypervisor', 'simulated', '--listen', target, '--host', 'kvm1'],
      { env: { NEPHOMETER_SIMULATED_INSTANCES: String(instances) } },
    ),
  );
  await process_.waitForLine((line) => line.includes('"msg":"ready"'));
  const running = starting.move();
  return { target, process: process_, [Symbol.asyncDispose]: () => running.disposeAsync() };
}

const refusals: readonly [args: readonly string[], message: RegExp][] = [
  [['inspct'], /unknown command 'inspct'\n\(Did you mean inspect\?\)/],
  [['inspect', 'kvm1', '--jsn'], /unknown option '--jsn'\n\(Did you mean --json\?\)/],
  [['inspect'], /missing required argument 'host'/],
  [['inspect', 'a', 'b', 'c'], /too many arguments/],
  [['inspect', 'kvm1', '--timeout', 'soon'], /'soon' is invalid\. Expected a number/],
  [['inspect', 'kvm1', '--tls-ca', 'x'], /all three/],
  [['inspect', 'kvm1', '--tls-ca', 'no', '--tls-cert', 'no', '--tls-key', 'no'], /TLS file cannot be used.*ENOENT/],
  [['doctor'], /missing required argument 'host'/],
  [['doctor', 'kvm1', '--tls-key', 'x'], /all three/],
  [['doctor', 'kvm1', '--tls-ca', 'no', '--tls-cert', 'no', '--tls-key', 'no'], /TLS file cannot be used.*ENOENT/],
  [['validate'], /missing required argument 'files'/],
  [['queue', 'inspct'], /unknown command 'inspct'\n\(Did you mean inspect\?\)/],
  [['queue', 'inspect'], /say where queues are: --config/],
  [['queue', 'drain'], /required option '-c, --config <file>' not specified/],
  [['queue', 'drain', '-c', 'x', '--all', '--for', 'soon'], /Expected a time like/],
  [['queue', 'drain', '-c', '/nonexistent.yaml', '--all'], /^\/nonexistent\.yaml: /],
  [['queue', 'replay', '-c', 'x', 'gnocchi'], /required option '--to <publisher>' not specified/],
  [['queue', 'replay', '-c', 'x', 'gnocchi', '--to', 'y', '--since', 'monday'], /Expected a time like 2026-/],
  [['queue', 'drop', 'x', '--all'], /nobody is here to ask: add --yes/],
  [['queue', 'repair'], /missing required argument 'queue'/],
  [['dev', '--hypervisor', 'xen'], /Allowed choices are auto, libvirt, test, simulated/],
  [['dev', '--interval', '0'], /'0' is invalid/],
  [['dev', '--interval', '1.5'], /Expected a whole number/],
  [[], /Usage: nephometer/],
];

for (const [args, message] of refusals) {
  test(`"nephometer ${args.join(' ')}" is refused with exit code 2 and says why`, async () => {
    const { code, stdout, stderr } = await nephometer(...args);
    assert.match(stderr, message);
    assert.equal(stdout, '');
    assert.equal(code, 2);
  });
}

test('help and version are data, and exit code 0', async () => {
  for (const args of [
    ['--help'],
    ['help', 'dev'],
    ['inspect', '--help'],
    ['doctor', '--help'],
    ['shadow', '--help'],
    ['validate', '--help'],
    ['queue', '--help'],
    ...['inspect', 'drain', 'replay', 'drop', 'repair'].map((command) => ['queue', command, '--help']),
  ]) {
    const { code, stdout, stderr } = await nephometer(...args);
    assert.match(stdout, /^Usage: nephometer[^]*Examples:[^]*Exit codes: 0/);
    assert.deepEqual({ code, stderr }, { code: 0, stderr: '' });
  }
  assert.match((await nephometer('--version')).stdout, /^\d+\.\d+\.\d+$/);
});

test('inspect shows a host and all its instances', async () => {
  await using inspector = await startInspector(3);
  const { code, stdout, stderr } = await nephometer('inspect', inspector.target);
  assert.deepEqual({ code, stderr }, { code: 0, stderr: '' });
  const [host = '', empty, titles = '', ...rows] = stdout.split('\n');
  assert.match(host, /^host kvm1: SIMULATED, .*, 64 CPUs.*, inspector \d/);
  assert.equal(empty, '');
  assert.match(titles, /^NAME +DISPLAY NAME +STATE .* STATUS$/);
  assert.equal(rows.length, 3);
  assert.match(rows[0] ?? '', /^instance-00000001 +server-0 +running /);
});

test('inspect shows everything about one instance, found by name, display name or part of its id', async () => {
  await using inspector = await startInspector(3);
  const byName = await nephometer('inspect', inspector.target, 'instance-00000002');
  assert.equal(byName.code, 0, byName.stderr);
  const id = /^Id +(\S+)$/m.exec(byName.stdout)?.[1] ?? '';
  assert.match(byName.stdout, /^Display name +server-1$[^]*^CPU$[^]*^Memory$[^]*^Disk vda$[^]*^ {2}read requests +\S/m);
  for (const query of ['server-1', id, id.slice(0, 13)]) {
    assert.match((await nephometer('inspect', inspector.target, query)).stdout, new RegExp(`^Id +${id}$`, 'm'), query);
  }
});

test("inspect --json gives the inspector's own answers", async () => {
  await using inspector = await startInspector(2);
  interface Document {
    readonly host: { readonly name: string };
    readonly instances: readonly { readonly id: string; readonly name: string }[];
    readonly reading: {
      readonly readAt: string;
      readonly instances: readonly { readonly cpu: { readonly timeNs: string } }[];
    };
  }
  const all = JSON.parse((await nephometer('inspect', inspector.target, '--json')).stdout) as Document;
  assert.equal(all.host.name, 'kvm1');
  assert.equal(all.instances.length, 2);
  assert.match(all.reading.instances[0]?.cpu.timeNs ?? '', /^\d+$/);
  assert.ok(!Number.isNaN(Date.parse(all.reading.readAt)));
  const one = JSON.parse((await nephometer('inspect', inspector.target, 'server-1', '--json')).stdout) as Document;
  assert.deepEqual(
    one.instances,
    all.instances.filter(({ name }) => name === 'instance-00000002'),
  );
  assert.equal(one.reading.instances.length, 1);
});

test('inspect says so when a name means nothing (1) or too much (2)', async () => {
  // With so many ids, some begin with the same 4 of 65,536 possible beginnings; the seed is fixed, so always the same.
  await using inspector = await startInspector(2000);
  const none = await nephometer('inspect', inspector.target, 'nobody\x1b[2J');
  assert.equal(none.code, 1);
  assert.match(none.stderr, /none of its 2000 instances is "nobody\\x1b\[2J"/);

  const { instances } = JSON.parse((await nephometer('inspect', inspector.target, '--json')).stdout) as {
    readonly instances: readonly { readonly id: string }[];
  };
  const prefixes = Map.groupBy(instances, ({ id }) => id.slice(0, 4));
  const [prefix = '', candidates = []] = [...prefixes].find(([, found]) => found.length > 1) ?? [];
  assert.ok(candidates.length > 1);
  const many = await nephometer('inspect', inspector.target, prefix);
  assert.equal(many.code, 2);
  assert.match(many.stderr, new RegExp(`"${prefix}" may be any of ${candidates.length} instances; give the id:`));
  for (const { id } of candidates) assert.ok(many.stderr.includes(id));
});

test('inspect fails with exit code 1 and one line when nobody answers', async () => {
  const { code, stdout, stderr } = await nephometer('inspect', 'unix:/nonexistent/i.sock');
  assert.deepEqual({ code, stdout }, { code: 1, stdout: '' });
  assert.match(stderr, /^inspector unix:\/nonexistent\/i\.sock: cannot be reached: .*ENOENT[^\n]*$/);
});

test('inspect gives up on an inspector that is silent after the timeout', async () => {
  await using inspector = await startInspector(1);
  inspector.process.kill('SIGSTOP');
  const { code, stderr } = await nephometer('inspect', inspector.target, '--timeout', '0.2');
  inspector.process.kill('SIGCONT');
  assert.equal(code, 1);
  assert.match(stderr, /no answer within 200 ms/);
});

test('a reader that has seen enough is no failure', async () => {
  await using inspector = await startInspector(2000);
  const script = `"$0" "$1" inspect "$2" | head -n 1; echo "exit \${PIPESTATUS[0]}"`;
  await using shell = await startProcess('bash', ['-c', script, process.execPath, main, inspector.target]);
  assert.equal((await shell.exit).code, 0);
  assert.deepEqual(shell.lines('stderr'), []);
  assert.match(shell.lines('stdout').join('\n'), /^host kvm1[^\n]*\nexit 0$/);
});
