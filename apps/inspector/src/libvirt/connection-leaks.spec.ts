import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { test } from 'node:test';
import { InstanceState, StatisticsGroup } from '@nephometer/inspector-api';
import { eventually, startLibvirtd } from '@nephometer/test-kit';
import { createAvailability } from '../availability.ts';
import { createInventory } from '../inventory.ts';
import { collectingLogger } from '../testing/quiet-logger.ts';
import { createLibvirtHypervisor } from './libvirt-hypervisor.ts';

const restarts = 10;

/** Sockets and pipes of this process, by their kind; timers come and go with the waits. */
const openHandles = (): string[] =>
  process
    .getActiveResourcesInfo()
    .filter((name) => /Pipe|TCP|Socket/.test(name))
    .sort();

void test('a daemon that is restarted again and again leaves no socket, listener or session behind', async () => {
  await using libvirtd = await startLibvirtd();
  const idle = openHandles().length;
  const { logger } = collectingLogger();
  let connects = 0;
  const onConnect = (): void => void connects++;
  const hypervisor = createLibvirtHypervisor({ uri: libvirtd.uri('test'), logger, onConnect });
  const sink = { inventory: createInventory(), availability: createAvailability() };
  const controller = new AbortController();
  const driving = hypervisor.run(sink, controller.signal);
  const request = { ids: undefined, groups: new Set([StatisticsGroup.STATE]) };
  const caller = new AbortController();
  const settled = async (sessions: number): Promise<void> => {
    await eventually(() => assert.deepEqual([connects, sink.availability.current.available], [sessions, true]));
    const { instances } = await hypervisor.inspect(request, caller.signal);
    assert.deepEqual(
      instances.map(({ state }) => state),
      [InstanceState.RUNNING],
    );
  };
  try {
    await settled(1);
    const before = { handles: openHandles(), listeners: getEventListeners(controller.signal, 'abort').length };
    const { revision } = sink.inventory;
    for (let round = 1; round <= restarts; round++) {
      await libvirtd.kill(round % 2 === 0 ? 'SIGKILL' : 'SIGTERM');
      await eventually(() => assert.equal(sink.availability.current.available, false));
      await libvirtd.restart();
      await settled(round + 1);
    }
    await eventually(() => assert.deepEqual(openHandles(), before.handles));
    assert.equal(getEventListeners(controller.signal, 'abort').length, before.listeners);
    assert.equal(getEventListeners(caller.signal, 'abort').length, 0);
    assert.equal(sink.inventory.revision, revision, 'the guest is the same after each restart');
  } finally {
    controller.abort();
    await driving;
  }
  assert.equal(getEventListeners(controller.signal, 'abort').length, 0);
  // The test's own libvirtd has let go of a pipe meanwhile.
  await eventually(() => assert.ok(openHandles().length <= idle));
});
