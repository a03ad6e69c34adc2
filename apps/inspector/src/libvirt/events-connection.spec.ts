import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventually, startLibvirtd } from '@nephometer/test-kit';
import { createInventory } from '../inventory.ts';
import { call, startLoopback } from '../testing/loopback.ts';
import { collectingLogger } from '../testing/quiet-logger.ts';
import { createDescriptions } from './descriptions.ts';
import type { DescriptionsSettings } from './descriptions.ts';
import { createLibvirtHypervisor } from './libvirt-hypervisor.ts';
import { openSession } from './session.ts';
import { recordCalls } from './testing/call-recorder.ts';

/** Numbers of the remote protocol. */
const connectOpen = 1;
const authList = 66;
const register = 316;

/**
 * libvirtd (seen with 9.0.0) crashes now and then when a connection that has event callbacks is closed while a call of it is
 * under way. Neither a reading nor an orderly end may have one there, at whatever moment the connection is lost.
 */
void test('the connection that hears events carries no call but the registrations, up to its end', async () => {
  await using libvirtd = await startLibvirtd();
  await libvirtd.guests.define({ name: 'guest' });
  await using recorder = await recordCalls(libvirtd.socketPath);
  const uri = `qemu+unix:///session?socket=${recorder.path}`;
  {
    await using loop = await startLoopback(createLibvirtHypervisor({ uri, logger: collectingLogger().logger }));
    await eventually(() => assert.equal(loop.sink.availability.current.available, true));
    await call(loop.client, 'inspectInstances', { ids: [], groups: [], maxAge: undefined });
    await call(loop.client, 'getHost', {});
  }
  await eventually(() => assert.equal(recorder.open, 0));
  const hearing = recorder.calls.filter((calls) => calls.includes(register));
  assert.equal(hearing.length, 1);
  assert.deepEqual(new Set(hearing[0]), new Set([authList, connectOpen, register]));
  assert.ok(recorder.calls.flat().length > (hearing[0]?.length ?? 0) + 10, 'the others carry calls');
});

for (const { daemon, answers } of [
  { daemon: 'a daemon that answers is waited for', answers: true },
  { daemon: 'a silent one keeps nobody', answers: false },
]) {
  void test(`who stops while events are being registered: ${daemon}`, async () => {
    await using libvirtd = await startLibvirtd();
    const controller = new AbortController();
    const session = await openSession({ uri: libvirtd.uri('test'), socket: undefined }, () => {}, controller.signal);
    const asked = Promise.withResolvers<void>();
    const answered = Promise.withResolvers<void>();
    const events = {
      ...session.events,
      subscribe: async (...what: Parameters<typeof session.events.subscribe>) => {
        asked.resolve();
        await answered.promise;
        return session.events.subscribe(...what);
      },
    };
    const order: string[] = [];
    try {
      const { ended } = follow({ ...session, events }, controller.signal);
      void ended.then(() => order.push('ended'));
      await asked.promise;
      controller.abort(new Error('stop'));
      if (answers) {
        await new Promise((resolve) => setImmediate(resolve));
        order.push('registered');
        answered.resolve();
      }
      assert.match(String(await ended), /stop/);
      assert.deepEqual(order, answers ? ['registered', 'ended'] : ['ended']);
    } finally {
      await session.close();
    }
  });
}

function follow(session: DescriptionsSettings['session'], signal: AbortSignal): { readonly ended: Promise<unknown> } {
  const { logger } = collectingLogger();
  const common = { inventory: createInventory(), onCall: () => {}, onMissedEvents: () => {}, unreadable: new Map() };
  const descriptions = createDescriptions({ ...common, session, logger });
  return { ended: descriptions.follow(signal, () => {}).catch((error: unknown) => error) };
}
