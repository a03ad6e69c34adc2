/** The disk on which samples wait is full, and has room again. */
import assert from 'node:assert/strict';
import { mkdir, rm, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { eventually, mountNamespace, startProcess, temporaryDirectory } from '@nephometer/test-kit';
import { readSamples } from '../e2e/samples-file.ts';
import { mainOf, startInspector, writeCoordinatorFiles } from '../e2e/services.ts';
import { assertCollected, startCollector } from './collector.ts';
import { startCoordinator } from './coordinator-under-test.ts';

/** A disk of this size for one program: it is gone with that. */
const onDisk = 'mount -t tmpfs -o size=64m tmpfs "$1" && shift && exec "$@"';

test('on a full disk polling goes on and the log names the disk; with room again all is written and delivered', async () => {
  await using stack = new AsyncDisposableStack();
  const collector = stack.use(await startCollector());
  const { path } = stack.use(await temporaryDirectory());
  const inspector = stack.use(await startInspector('--hypervisor', 'simulated', '--listen', '127.0.0.1:0'));
  const stateDir = join(path, 'state');
  await mkdir(stateDir);
  const urls = [
    `${collector.sink.origin}/?retry_delay=100ms&retry_max_delay=1s`,
    `file://${join(path, 'samples.jsonl')}?json`,
  ];
  const config = await writeCoordinatorFiles(path, {
    targets: [inspector.target],
    polling: 'sources: [{name: all, interval: 1, meters: [cpu, memory.usage]}]\n',
    pipeline:
      'sources: [{name: all, meters: ["*"], sinks: [out]}]\n' +
      `sinks: [{name: out, publishers: ${JSON.stringify(urls)}}]\n`,
  });
  const coordinator = stack.use(
    await startCoordinator(config, (...args) => {
      const command = ['sh', '-c', onDisk, 'sh', stateDir, process.execPath, mainOf('coordinator'), ...args];
      return startProcess('unshare', [...mountNamespace, ...command]);
    }),
  );
  await coordinator.cycles(2);
  await collector.sink.stop();
  await coordinator.cycles(2);

  // The disk as the coordinator sees it.
  const disk = join('/proc', String(coordinator.process.pid), 'root', stateDir);
  const { bavail, bsize } = await statfs(disk);
  await writeFile(join(disk, 'filler'), Buffer.alloc(bavail * bsize - 1024 * 1024));
  const FULL = 'queue cannot be written: samples wait in memory';
  await eventually(() => assert.equal(coordinator.logged(FULL).length, 1));
  assert.match(
    JSON.stringify(coordinator.logged(FULL)),
    new RegExp(`${stateDir}/queues\\S+: the disk is full: make room on the file system at ${stateDir}, `),
  );
  await coordinator.cycles(5);
  for (const { dropped } of (await coordinator.ledgers()).values()) assert.equal(dropped, 0);

  await rm(join(disk, 'filler'));
  await eventually(() => assert.equal(coordinator.logged('queue can be written again').length, 1));
  await collector.sink.start();
  await coordinator.cycles(1);
  await coordinator.stop();
  assert.equal(coordinator.logged(FULL).length, 1, 'told once');
  const written = await readSamples(path);
  const polled = coordinator.logged('cycle').reduce((sum, { samples }) => sum + Number(samples), 0);
  assert.equal(written.length, polled);
  assertCollected(collector.samples, written);
});
