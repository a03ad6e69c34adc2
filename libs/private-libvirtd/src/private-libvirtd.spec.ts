import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { connect } from 'node:net';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { findExecutable } from './find-executable.ts';
import { startPrivateLibvirtd } from './index.ts';
import type { PrivateLibvirtd, PrivateLibvirtdError } from './index.ts';

const run = promisify(execFile);
const isRoot = process.getuid?.() === 0;

test('both drivers answer on its socket', async () => {
  await using libvirtd = await startPrivateLibvirtd();
  assert.match(await domains(libvirtd, 'test'), /^test$/m);
  assert.equal((await domains(libvirtd, 'qemu')).trim(), '');
});

test('it runs without rights', async () => {
  await using libvirtd = await startPrivateLibvirtd();
  const status = await readFile(`/proc/${libvirtd.pid}/status`, 'utf8');
  assert.doesNotMatch(status, /^Uid:\s+0\s/m);
  assert.match(status, /^CapEff:\s+0+$/m);
  assert.equal(libvirtd.account === undefined, !isRoot);
});

test('stopping it, once or twice, leaves neither process nor directory', async () => {
  const libvirtd = await startPrivateLibvirtd();
  await Promise.all([libvirtd.stop(), libvirtd.stop()]);
  await libvirtd.stop();
  const { code, signal } = await libvirtd.exited;
  assert.ok(code === 0 || signal === 'SIGKILL', `asked or killed, not ${code} ${signal}`);
  assertGone(libvirtd);
});

test('settings reach it', async () => {
  await using libvirtd = await startPrivateLibvirtd({ settings: { unix_sock_rw_perms: '0711', max_workers: 7 } });
  assert.equal((await stat(libvirtd.socketPath)).mode & 0o777, 0o711);
  assert.match(await domains(libvirtd, 'test'), /^test$/m);
});

test('what was prepared is there when it starts; what fails then leaves nothing behind', async () => {
  const places: string[] = [];
  const prepare = async ({ directory }: { readonly directory: string }): Promise<void> => {
    places.push(directory);
    if (places.length > 1) throw new Error('no room');
    await writeFile(join(directory, 'prepared'), '');
  };
  {
    await using libvirtd = await startPrivateLibvirtd({ prepare });
    assert.deepEqual(places, [libvirtd.directory]);
    assert.ok(existsSync(join(libvirtd.directory, 'prepared')));
  }
  await assert.rejects(startPrivateLibvirtd({ prepare }), /no room/);
  assert.deepEqual(places.filter(existsSync), []);
});

test('a setting that it does not understand is a start error with its own words', async () => {
  await assert.rejects(
    startPrivateLibvirtd({ settings: { max_clients: 'many' } }),
    (error: PrivateLibvirtdError) => error.code === 'start-failed' && /max_clients/.test(error.message),
  );
});

test('killed, it can be started again on the same socket', async () => {
  await using libvirtd = await startPrivateLibvirtd();
  const { pid, socketPath } = libvirtd;
  assert.deepEqual(await libvirtd.kill('SIGKILL'), { code: null, signal: 'SIGKILL' });
  await assert.rejects(once(connect(socketPath), 'connect'), { code: 'ECONNREFUSED' });
  await libvirtd.restart();
  assert.notEqual(libvirtd.pid, pid);
  assert.match(await domains(libvirtd, 'test'), /test/);
});

test('an aborted start rejects with the reason and leaves nothing behind', async () => {
  const parent = await mkdtemp('/tmp/np-');
  await chmod(parent, 0o755);
  const usual = process.env['TMPDIR'];
  process.env['TMPDIR'] = parent;
  try {
    const reason = new Error('enough');
    const controller = new AbortController();
    const starting = startPrivateLibvirtd({ signal: controller.signal });
    await until(() => readdirSync(parent).length > 0);
    controller.abort(reason);
    await assert.rejects(starting, reason);
    await assert.rejects(startPrivateLibvirtd({ signal: controller.signal }), reason);
    assert.deepEqual(readdirSync(parent), []);
  } finally {
    if (usual === undefined) delete process.env['TMPDIR'];
    else process.env['TMPDIR'] = usual;
    await rm(parent, { recursive: true });
  }
});

test('a program that is not on the machine is an error that says what to install', async () => {
  await assert.rejects(
    findExecutable('libvirtd-of-another-world', 'libvirt-daemon'),
    (error: PrivateLibvirtdError) =>
      error.code === 'not-installed' &&
      /another-world is not installed.*apt-get install .*libvirt-daemon/.test(error.message),
  );
});

test('it ends with a process that is killed hard, and does not mind its interrupt key', async () => {
  const code = `
    const { startPrivateLibvirtd } = await import(${JSON.stringify(import.meta.resolve('./index.ts'))});
    const { directory, pid } = await startPrivateLibvirtd();
    process.on('SIGINT', () => process.stdout.write('interrupted\\n'));
    process.stdout.write(JSON.stringify({ directory, pid }) + '\\n');
    process.stdin.resume();`;
  const owner = spawn(process.execPath, ['--input-type=module', '-e', code], {
    detached: true,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface(owner.stdout)[Symbol.asyncIterator]();
  const started = JSON.parse(String((await lines.next()).value)) as { directory: string; pid: number };
  assert.ok(owner.pid !== undefined);
  // What a terminal does: the signal goes to the whole foreground group.
  process.kill(-owner.pid, 'SIGINT');
  assert.equal((await lines.next()).value, 'interrupted');
  assert.ok(isRunning(started.pid));
  process.kill(-owner.pid, 'SIGKILL');
  await until(() => !existsSync(started.directory));
  assertGone(started);
});

test('a process that forgets to stop it still ends, and it with the process', async () => {
  const code = `
    const { startPrivateLibvirtd } = await import(${JSON.stringify(import.meta.resolve('./index.ts'))});
    const { directory, pid } = await startPrivateLibvirtd();
    process.stdout.write(JSON.stringify({ directory, pid }));`;
  const { stdout } = await run(process.execPath, ['--input-type=module', '-e', code]);
  const started = JSON.parse(stdout) as { directory: string; pid: number };
  await until(() => !existsSync(started.directory));
  assertGone(started);
});

const namespaceIsEmpty = async (): Promise<void> => {
  await using libvirtd = await startPrivateLibvirtd({ network: true });
  assert.ok(libvirtd.networkNamespace !== undefined);
  const { stdout } = await run('nsenter', [`--net=${libvirtd.networkNamespace}`, 'cat', '/proc/self/net/dev']);
  assert.deepEqual(stdout.match(/\w+(?=:)/g), ['lo']);
  assert.match(await domains(libvirtd, 'test'), /^test$/m);
};
const networkIsRefused = async (): Promise<void> => {
  await assert.rejects(startPrivateLibvirtd({ network: true }), { code: 'not-permitted' });
};
if (isRoot) test('a network namespace of its own has no interface of the machine', namespaceIsEmpty);
else test('a network is refused to all but root', networkIsRefused);

async function domains(libvirtd: PrivateLibvirtd, driver: 'test' | 'qemu'): Promise<string> {
  const { stdout } = await run('virsh', ['-q', '-c', libvirtd.uri(driver), 'list', '--all', '--name']);
  return stdout;
}

function isRunning(pid: number): boolean {
  return existsSync(`/proc/${pid}/exe`);
}

function assertGone({ pid, directory }: { readonly pid: number; readonly directory: string }): void {
  assert.ok(!isRunning(pid), `libvirtd ${pid} still runs`);
  assert.ok(!existsSync(directory), `${directory} is still there`);
}

/** For what other processes do: the guard of a killed process is nobody's child, and only its effects can be seen. */
async function until(condition: () => boolean): Promise<void> {
  const deadline = performance.now() + 30_000;
  while (!condition()) {
    assert.ok(performance.now() < deadline, `not within 30 s: ${condition.toString()}`);
    await sleep(20);
  }
}
