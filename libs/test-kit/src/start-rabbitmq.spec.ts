import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { connect } from 'node:net';
import { test } from 'node:test';
import { createCertificates } from './certificates.ts';
import { runCommand } from './run-command.ts';
import { startRabbitmq } from './start-rabbitmq.ts';
import { temporaryDirectory } from './temporary-directory.ts';

/** The processes that belong to a server: their environment names it. */
async function processesOf(port: number): Promise<number[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  return pids.filter((pid) => read(`/proc/${pid}/environ`).includes(`test${port}@localhost`)).map(Number);
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

async function accepts(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

test('it listens on this machine only, outlives a kill, ends when asked to, and leaves nothing', async () => {
  await using directory = await temporaryDirectory();
  const certificate = await createCertificates(directory.path, { server: 'IP:127.0.0.1' });
  const tls = { ca: certificate('ca.pem'), cert: certificate('server.pem'), key: certificate('server.key') };
  let port: number;
  {
    await using rabbitmq = await startRabbitmq({ tls });
    port = rabbitmq.port;
    assert.ok((await accepts(port)) && (await accepts(rabbitmq.tlsPort)));

    const own = await processesOf(port);
    const sockets = (await runCommand('ss', ['-ltnpH'])).split('\n');
    const addresses = sockets
      .filter((line) => own.some((pid) => line.includes(`pid=${pid},`)))
      .map((line) => line.split(/\s+/)[3] ?? '');
    assert.ok(addresses.length >= 3, sockets.join('\n'));
    assert.deepEqual(
      addresses.filter((address) => !/^(127\.0\.0\.1|\[::1\]):/.test(address)),
      [],
    );

    await rabbitmq.ctl('add_vhost', 'kept');
    await rabbitmq.stop('SIGKILL');
    assert.ok(!(await accepts(port)));
    await rabbitmq.start();
    assert.match(await rabbitmq.ctl('list_vhosts'), /^kept$/m);
    await assert.rejects(rabbitmq.ctl('no_such_command'), /no_such_command/);
    await rabbitmq.stop();
    assert.ok(!(await accepts(port)));
  }
  const left = (await processesOf(port)).filter((pid) => existsSync(`/proc/${pid}/exe`));
  assert.deepEqual(left, []);
});
