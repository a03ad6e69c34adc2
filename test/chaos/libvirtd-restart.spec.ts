/** libvirtd dies and comes back, again and again; its guests go on meanwhile. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { eventually, startLibvirtd } from '@nephometer/test-kit';
import { assertComplete } from './completeness.ts';
import { startGuests } from './guests.ts';
import { untilServing } from './health.ts';
import { startInspectorUnderTest } from './inspector-under-test.ts';
import { openSockets, residentMib } from './process-facts.ts';
import { warmUp } from './warm-up.ts';

/** What a machine with other tests on it, and asking three ways for the health, may add to a time. */
const ALLOWANCE_MS = 1000;
const NOTICED_MS = 1000 + ALLOWANCE_MS;
const BACK_MS = 2000 + ALLOWANCE_MS;

const LONG_OUTAGES = 2;
const LONG_OUTAGE_MS = 5000;
const SHORT_OUTAGES = 48;
/** Rounds after which memory has found its size. */
const WARM_UP_ROUNDS = 25;
/** A leak of one session's descriptions per round would be several times this; the garbage collector's mood is not. */
const GROWTH_MIB = 40;

test('a libvirtd that is killed fifty times is noticed, found again, and leaves nothing behind', async () => {
  await using libvirtd = await startLibvirtd();
  await startGuests(libvirtd);
  await using inspector = await startInspectorUnderTest(libvirtd.uri('qemu'));
  const { pid } = inspector.process;
  const { shapes } = await warmUp(inspector);
  const socketsBefore = await openSockets(pid);
  let rssWarm = 0;

  for (let round = 0; round < LONG_OUTAGES + SHORT_OUTAGES; round++) {
    const [exit] = await Promise.all([libvirtd.kill('SIGKILL'), untilServing(inspector, false, NOTICED_MS)]);
    assert.equal(exit.signal, 'SIGKILL');
    if (round < LONG_OUTAGES) await sleep(LONG_OUTAGE_MS);
    // It resolves when the daemon accepts.
    await libvirtd.restart();
    await untilServing(inspector, true, BACK_MS);
    assertComplete(await inspector.inspect(), shapes);
    if (round + 1 === WARM_UP_ROUNDS) rssWarm = await residentMib(pid);
  }

  const rss = await residentMib(pid);
  assert.ok(rss < rssWarm + GROWTH_MIB, `${rss} MiB, were ${rssWarm} MiB after ${WARM_UP_ROUNDS} rounds`);
  await eventually(async () => assert.equal(await openSockets(pid), socketsBefore));
  const errors = inspector.process.jsonLines('stderr').filter(({ level }) => level === 'error' || level === 'fatal');
  assert.deepEqual(errors, []);
});
