/** QEMU processes die all the time, of guests that libvirtd may just be reading. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { eventually, startLibvirtd } from '@nephometer/test-kit';
import type { Guest } from '@nephometer/test-kit';
import { assertComplete } from './completeness.ts';
import { createDisturbances } from './disturbances.ts';
import { guestName, signalGuest, startGuests } from './guests.ts';
import { startInspectorUnderTest } from './inspector-under-test.ts';
import { assertSameSeries, failedCycles, lastBefore, startPolling } from './polling.ts';
import { seededRandom } from './seeded-random.ts';
import { warmUp } from './warm-up.ts';

const KILL_EVERY_MS = 200;
const KILLING_MS = 15_000;
/** Longer than a reading and the hedge deadline together: a cycle may take an interval. */
const INTERVAL_S = 3;

/** Every third is never killed; they alone have NICs, whose rates need two readings in a row. */
const isSafe = (index: number): boolean => index % 3 === 0;

test('guests whose QEMU is killed while they are read cost the others no sample', async () => {
  await using libvirtd = await startLibvirtd({ network: true });
  const guests = await startGuests(libvirtd, 20, (index) => ({ nics: isSafe(index) ? 1 : 0 }));
  const mortal = guests.filter((_, index) => !isSafe(index));
  await using inspector = await startInspectorUnderTest(libvirtd.uri('qemu'));
  const { shapes } = await warmUp(inspector);
  await using polling = await startPolling(inspector.target, INTERVAL_S);
  await polling.cycles(3);

  const random = seededRandom();
  const disturbances = createDisturbances();
  const startedAtMs = Date.now();
  const dead = new Map<Guest, Promise<unknown>>();
  let kills = 0;
  const killAndStart = async ({ name }: Guest): Promise<void> => {
    await signalGuest(libvirtd, name, 'SIGKILL');
    kills++;
    // Until libvirtd has noticed, the guest is running to it and cannot be started.
    await eventually(() => libvirtd.guests.start(name));
  };
  while (Date.now() < startedAtMs + KILLING_MS) {
    const alive = mortal.filter((guest) => !dead.has(guest));
    if (alive.length > 0) {
      const victim = random.pick(alive);
      const done = disturbances.during(victim.name, () => killAndStart(victim));
      // Looked at below.
      done.catch(() => undefined);
      dead.set(victim, done);
      void done.then(() => dead.delete(victim));
    }
    await sleep(KILL_EVERY_MS);
  }
  await Promise.all(dead.values());
  assert.ok(kills >= mortal.length, `${kills} kills`);
  await polling.cycles(3);
  const cycles = await polling.stop();

  assert.deepEqual(failedCycles(polling), [], `seed ${random.seed}`);
  const before = lastBefore(cycles, startedAtMs);
  for (const [index, cycle] of cycles.entries()) {
    // Cycles do not overlap: the one before this began after the one before that had been read.
    const sinceMs = cycles[index - 2]?.readAtMs;
    if (sinceMs === undefined) continue;
    const peaceful = guests.filter(({ name }) => disturbances.isPeaceful(name, sinceMs, cycle.readAtMs));
    for (const index of guests.keys()) {
      if (isSafe(index)) assert.ok(peaceful.some(({ name }) => name === guestName(index)));
    }
    assertSameSeries(cycle, before, peaceful);
  }
  await eventually(async () => assertComplete(await inspector.inspect(), shapes));
  const errors = inspector.process.jsonLines('stderr').filter(({ level }) => level === 'error' || level === 'fatal');
  assert.deepEqual(errors, []);
});
