import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventually, startLibvirtd } from '@nephometer/test-kit';
import type { TestLibvirtd } from '@nephometer/test-kit';
import type { DaemonLimits } from './index.ts';
import { connect, LibvirtError, readDaemonLimits } from './index.ts';

/*
 * Against a real libvirtd, whose admin socket answers nobody but the user that it runs as.
 */

const { signal } = new AbortController();

/** Reads as the daemon's user, which root has to become for that. */
async function read(libvirtd: TestLibvirtd): Promise<DaemonLimits> {
  const { account } = libvirtd;
  if (account !== undefined) process.seteuid?.(account.uid);
  try {
    return await readDaemonLimits(libvirtd.socketPath, { signal });
  } finally {
    if (account !== undefined) process.seteuid?.(0);
  }
}

void test('the limits are those of the configuration, and the counts follow the clients', async () => {
  const settings = { min_workers: 3, max_workers: 11, prio_workers: 2, max_clients: 77 };
  await using libvirtd = await startLibvirtd({ settings });
  const connections = await Promise.all([1, 2].map(() => connect({ uri: libvirtd.uri('test') })));
  // How many threads the first calls have called in, and whether one is still about to rest, is the daemon's affair.
  const { workers, freeWorkers, ...limits } = await eventually(async () => {
    const now = await read(libvirtd);
    assert.deepEqual([now.clients, now.freeWorkers], [2, now.workers]);
    return now;
  });
  assert.deepEqual(limits, {
    minWorkers: 3,
    maxWorkers: 11,
    priorityWorkers: 2,
    queuedCalls: 0,
    maxClients: 77,
    clients: 2,
  });
  assert.ok(workers >= 3 && workers <= 11 && freeWorkers === workers);

  await Promise.all(connections.map((connection) => connection.close()));
  await eventually(async () => assert.equal((await read(libvirtd)).clients, 0));
});

void test('a daemon whose threads are all held by a hung guest still says so, and who waits', async () => {
  await using libvirtd = await startLibvirtd({ settings: { min_workers: 1, max_workers: 1 } });
  await libvirtd.guests.create({ name: 'hung', disks: 1 });
  await using connection = await connect({ uri: libvirtd.uri('qemu') });
  const hung = await connection.lookupByName('hung');
  const pid = await libvirtd.guests.pid('hung');
  process.kill(pid, 'SIGSTOP');
  // Three calls that need the guest: one holds the only thread, two wait for it.
  const calls = Promise.allSettled([1, 2, 3].map(() => connection.getBlockStats(hung, 'vda')));
  const full = await eventually(async () => {
    const now = await read(libvirtd);
    assert.equal(now.queuedCalls, 2);
    return now;
  });
  assert.deepEqual([full.workers, full.maxWorkers, full.freeWorkers], [1, 1, 0]);

  process.kill(pid, 'SIGCONT');
  assert.ok((await calls).every(({ status }) => status === 'fulfilled'));
  await eventually(async () => {
    const { freeWorkers, queuedCalls } = await read(libvirtd);
    assert.deepEqual([freeWorkers, queuedCalls], [1, 0]);
  });
});

void test('another user is told that it is not its daemon, root as well', async () => {
  await using libvirtd = await startLibvirtd();
  const reading = readDaemonLimits(libvirtd.socketPath, { signal });
  if (libvirtd.account === undefined) {
    assert.ok((await reading).maxWorkers > 0);
    return;
  }
  await assert.rejects(reading, (error) => {
    assert.ok(error instanceof LibvirtError && error.code === 'permission-denied');
    assert.ok(error.cause instanceof LibvirtError && error.cause.code === 'connection-lost');
    return /libvirt-admin-sock: only the daemon's own user/.test(error.message);
  });
});

void test('a daemon that stands still costs the time given and no more', async () => {
  await using libvirtd = await startLibvirtd();
  process.kill(libvirtd.pid, 'SIGSTOP');
  try {
    await assert.rejects(
      readDaemonLimits(libvirtd.socketPath, { signal, timeoutMs: 20 }),
      (error) => error instanceof LibvirtError && error.code === 'timeout',
    );
  } finally {
    process.kill(libvirtd.pid, 'SIGCONT');
  }
});
