import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import {
  createCertificates,
  eventually,
  freePort,
  startLibvirtd,
  startProcess,
  temporaryDirectory,
} from '@nephometer/test-kit';
import type { TestProcess } from '@nephometer/test-kit';

const main = fileURLToPath(new URL('../main.ts', import.meta.url));
const inspectorMain = fileURLToPath(new URL('../../../inspector/src/main.ts', import.meta.url));

interface Inspector extends AsyncDisposable {
  readonly target: string;
  readonly process: TestProcess;
}

async function startInspector(...args: readonly string[]): Promise<Inspector> {
  await using starting = new AsyncDisposableStack();
  const inspector = starting.use(await startProcess(process.execPath, [inspectorMain, ...args]));
  const line = await inspector.waitForLine((text) => text.includes('"msg":"ready"'), { from: 'stderr' });
  const { listen: target } = JSON.parse(line) as { readonly listen: string };
  const running = starting.move();
  return { target, process: inspector, [Symbol.asyncDispose]: () => running.disposeAsync() };
}

const onLoopback = ['--listen', '127.0.0.1:0'] as const;
const simulated = ['--hypervisor', 'simulated', ...onLoopback] as const;

async function doctor(...args: readonly string[]): Promise<{ readonly code: number | null; readonly stdout: string }> {
  await using command = await startProcess(process.execPath, [main, 'doctor', ...args]);
  command.endInput();
  const { code } = await command.exit;
  return { code, stdout: command.lines('stdout').join('\n') };
}

interface Finding {
  readonly code: string;
  readonly commands: readonly string[];
  readonly instances: readonly { readonly name: string }[];
}

/** What was found, by code. */
async function findingsOf(...args: readonly string[]): Promise<{
  readonly code: number | null;
  readonly findings: ReadonlyMap<string, Finding>;
}> {
  const { code, stdout } = await doctor(...args, '--json');
  const { findings } = JSON.parse(stdout) as { readonly findings: readonly Finding[] };
  return { code, findings: new Map(findings.map((finding) => [finding.code, finding])) };
}

test('a simulated host is well: exit code 0, in words and as JSON', async () => {
  await using inspector = await startInspector(...simulated, '--host', 'kvm1');
  const { code, stdout } = await doctor(inspector.target);
  assert.match(stdout, /^host kvm1: SIMULATED, [^]*^clock +\S+ .*^reading +10 instances in /ms);
  assert.match(
    stdout,
    /^Nothing needs a hand\. Checked: [^]*^no problems, no warnings, .*; 10 instances, 10 read whole$/m,
  );
  assert.equal(code, 0);

  const json = JSON.parse((await doctor(inspector.target, '--json')).stdout) as {
    readonly host: { readonly name: string };
    readonly clock: { readonly offsetMs: number };
  };
  assert.equal(json.host.name, 'kvm1');
  assert.equal(typeof json.clock.offsetMs, 'number');
});

test('a port where nobody listens is a finding and exit code 1', async () => {
  const target = `127.0.0.1:${await freePort()}`;
  const { code, stdout } = await doctor(target);
  assert.match(stdout, new RegExp(`^PROBLEM  inspector ${target}: nobody listens there$`, 'm'));
  assert.match(stdout, /^1 problem, no warnings, no notes$/m);
  assert.equal(code, 1);
});

test('an inspector without its libvirt says which socket is missing and what to start', async () => {
  const uri = 'qemu+unix:///system?socket=/nonexistent/libvirt-sock';
  await using inspector = await startInspector('--libvirt-uri', uri, ...onLoopback);
  const { code, stdout } = await doctor(inspector.target);
  assert.match(stdout, /^PROBLEM {2}libvirt's socket is not there$[^]*\/nonexistent\/libvirt-sock/m);
  assert.match(stdout, /^ {2}look: systemctl status libvirtd[^]*^ {2}fix: {2}systemctl start libvirtd/m);
  assert.equal(code, 1);
});

test('an inspector that is stopped is silent', async () => {
  await using inspector = await startInspector(...simulated);
  inspector.process.kill('SIGSTOP');
  const { code, findings } = await findingsOf(inspector.target, '--timeout', '0.2');
  inspector.process.kill('SIGCONT');
  assert.deepEqual([...findings.keys()], ['inspector-silent']);
  assert.equal(code, 1);
});

test('whom an inspector with certificates does not let in learns which of the certificates is wrong', async () => {
  await using directory = await temporaryDirectory();
  await using elsewhere = await temporaryDirectory();
  const names = { inspector: 'DNS:localhost,IP:127.0.0.1', friend: 'DNS:friend', stranger: 'DNS:stranger' };
  const file = await createCertificates(directory.path, names);
  const foreign = await createCertificates(elsewhere.path, { friend: 'DNS:friend' });
  const config = join(directory.path, 'inspector.yaml');
  await writeFile(
    config,
    'hypervisor: simulated\nlisten: 127.0.0.1:0\n' +
      'tls: {ca: ca.pem, cert: inspector.pem, key: inspector.key, allow: [friend]}\n',
  );
  await using inspector = await startInspector('--config', config);
  const certificates = (ca: string, of: typeof file, name: string): string[] => [
    ...['--tls-ca', ca],
    ...['--tls-cert', of(`${name}.pem`)],
    ...['--tls-key', of(`${name}.key`)],
  ];

  const callers: readonly [options: readonly string[], code: string | undefined][] = [
    [certificates(file('ca.pem'), file, 'friend'), undefined],
    [certificates(file('ca.pem'), file, 'stranger'), 'inspector-refuses'],
    [certificates(foreign('ca.pem'), file, 'friend'), 'tls-failed'],
    [certificates(file('ca.pem'), foreign, 'friend'), 'tls-failed'],
    [[], 'not-an-inspector'],
  ];
  for (const [options, expected] of callers) {
    const { code, findings } = await findingsOf(inspector.target, ...options);
    assert.equal(findings.has(expected ?? 'clock-offset'), expected !== undefined, [...findings.keys()].join());
    assert.equal(code, expected === undefined ? 0 : 1);
  }
});

test('on a libvirt: guests without memory statistics, one that hangs, and the daemon itself stopped', async () => {
  await using libvirtd = await startLibvirtd();
  const { uuid } = await libvirtd.guests.create({ name: '1234', disks: 1 });
  await libvirtd.guests.create({ name: 'no-device', balloon: 'none' });
  await using inspector = await startInspector('--libvirt-uri', libvirtd.uri('qemu'), ...onLoopback);
  const found = async (code: string, ...names: readonly string[]): Promise<Finding> =>
    eventually(async () => {
      const { code: exitCode, findings } = await findingsOf(inspector.target);
      const finding = findings.get(code);
      assert.ok(finding !== undefined, `${code} is not among ${[...findings.keys()].join()}`);
      assert.deepEqual(
        finding.instances.map(({ name }) => name),
        names,
      );
      assert.equal(exitCode, 1);
      return finding;
    });

  await found('balloon-absent', 'no-device');
  const unasked = await found('balloon-period-zero', '1234');
  // The command itself, run by a shell: virsh would take the name 1234 for a number.
  await using shell = await startProcess('sh', ['-c', unasked.commands[0] ?? 'false']);
  assert.equal((await shell.exit).code, 0, shell.lines('stderr').join('\n'));
  assert.match(await libvirtd.virsh('dumpxml', uuid), /<stats period='10'\/>/);

  const pid = await libvirtd.guests.pid('no-device');
  process.kill(pid, 'SIGSTOP');
  await found('monitor-hung', 'no-device');
  process.kill(pid, 'SIGCONT');

  process.kill(libvirtd.pid, 'SIGSTOP');
  await found('libvirt-silent');
  process.kill(libvirtd.pid, 'SIGCONT');
});
