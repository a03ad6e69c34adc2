import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Domain, DomainStats } from '@nephometer/libvirt';
import type { MonitorCall } from './monitor-calls.ts';
import { createQuarantine } from './quarantine.ts';
import type { Quarantine } from './quarantine.ts';

const domain = (number: number, id = number): Domain => ({ uuid: `uuid-${number}`, name: `g${number}`, id });
const [one, two, three] = [domain(1), domain(2), domain(3)];

/** A late call, and a way to answer it. */
interface LateCall extends MonitorCall {
  answer(): Promise<void>;
}

function lateCall(sentAtMs: number, ...domains: readonly Domain[]): LateCall {
  const reply = Promise.withResolvers<DomainStats[]>();
  let isAnswered = false;
  return {
    domains,
    number: sentAtMs,
    sentAtMs,
    reply: reply.promise,
    get isAnswered() {
      return isAnswered;
    },
    isLate: true,
    markLate: () => undefined,
    async answer() {
      isAnswered = true;
      reply.resolve([]);
      await reply.promise;
    },
  };
}

interface Watched {
  readonly quarantine: Quarantine;
  readonly log: string[];
  readonly clock: { nowMs: number };
}

function watched(): Watched {
  const log: string[] = [];
  const clock = { nowMs: 1000 };
  const listener = {
    onHung: ({ name }: Domain, sinceMs: number) => log.push(`${name} hung since ${sinceMs}`),
    onAnswered: ({ name }: Domain, hungMs: number) => log.push(`${name} answered after ${hungMs}`),
  };
  return { quarantine: createQuarantine(listener, () => clock.nowMs), log, clock };
}

test('the one domain of a late call that has not been read whole since is the one that hangs', () => {
  const { quarantine, log, clock } = watched();
  const call = lateCall(1000, one, two, three);
  clock.nowMs = 1300;
  quarantine.learn(one, false, [call]);
  quarantine.learn(two, true, [call]);
  quarantine.learn(three, false, [call]);
  quarantine.conclude([call]);
  assert.deepEqual(log, ['g2 hung since 1000']);
  assert.deepEqual(
    [one, two, three].map((each) => quarantine.place(each)),
    ['together', 'held', 'together'],
  );
  assert.deepEqual([quarantine.hung, quarantine.hungSince('uuid-2')], [1, 1000]);
});

test('a domain that was busy before the call was sent has been passed over by it', () => {
  const { quarantine, log, clock } = watched();
  quarantine.learn(one, true, []);
  clock.nowMs = 2000;
  const call = lateCall(2000, one, two);
  quarantine.learn(one, true, [call]);
  quarantine.learn(two, true, [call]);
  quarantine.conclude([call]);
  assert.deepEqual(log, ['g2 hung since 2000']);
  assert.equal(quarantine.busySince('uuid-1'), 1000);
});

test('two late calls that may wait for the same two domains wait for both', () => {
  const { quarantine, log, clock } = watched();
  const calls = [lateCall(1000, one, two, three), lateCall(1001, three, two, one)];
  clock.nowMs = 1300;
  for (const each of [one, two, three]) quarantine.learn(each, each !== three, calls);
  quarantine.conclude(calls.slice(0, 1));
  assert.deepEqual(log, [], 'one call waits for one of them');
  quarantine.conclude(calls);
  assert.deepEqual(log, ['g1 hung since 1000', 'g2 hung since 1001']);
});

test('a domain that another reading is asking just then may be busy with that one', () => {
  const { quarantine, log, clock } = watched();
  const call = lateCall(1000, one, two);
  clock.nowMs = 1300;
  quarantine.learn(one, true, [call]);
  quarantine.learn(two, false, [call]);
  const other = { ...lateCall(1299, one), isLate: false };
  quarantine.conclude([call, other]);
  assert.deepEqual(log, []);
  quarantine.conclude([call]);
  assert.deepEqual(log, ['g1 hung since 1000']);
});

test('of several that may be the one nobody is blamed, until they have all been busy for long', () => {
  const { quarantine, log, clock } = watched();
  const call = lateCall(1000, one, two, three);
  for (const each of [one, two]) quarantine.learn(each, true, [call]);
  quarantine.conclude([call]);
  assert.deepEqual(log, []);
  quarantine.learn(one, false, [call]);
  quarantine.learn(two, true, [call]);
  quarantine.conclude([call]);
  assert.deepEqual(log, ['g2 hung since 1000'], 'one of them was read whole');

  const other = lateCall(1000, one, three);
  for (const each of [one, three]) quarantine.learn(each, true, [other]);
  clock.nowMs = 11_000;
  quarantine.conclude([other]);
  assert.deepEqual(log.slice(1), ['g1 hung since 1000', 'g3 hung since 1000']);
});

test('a domain whose call has returned is read alone, and with the others after a minute', async () => {
  const { quarantine, log, clock } = watched();
  const call = lateCall(1000, one);
  quarantine.hold(one, call);
  assert.equal(quarantine.place(one), 'held');
  await call.answer();
  assert.equal(quarantine.place(one), 'alone');
  clock.nowMs = 5000;
  quarantine.learn(one, false, []);
  assert.deepEqual(log, ['g1 hung since 1000', 'g1 answered after 4000']);
  assert.equal(quarantine.hungSince('uuid-1'), undefined);
  clock.nowMs = 64_999;
  assert.equal(quarantine.place(one), 'alone');
  clock.nowMs = 65_000;
  assert.equal(quarantine.place(one), 'together');
});

test('one that hangs again and again is left alone for longer each time, a minute at most', async () => {
  const { quarantine, clock } = watched();
  const pauses: number[] = [];
  for (let strike = 1; strike <= 8; strike++) {
    const call = lateCall(clock.nowMs, one);
    quarantine.hold(one, call);
    await call.answer();
    const answeredAtMs = clock.nowMs;
    while (quarantine.place(one) === 'spared') clock.nowMs += 1000;
    pauses.push(clock.nowMs - answeredAtMs);
    assert.equal(quarantine.hungSince('uuid-1'), 1000, 'it was never well between');
  }
  assert.deepEqual(pauses, [0, 4000, 8000, 16_000, 32_000, 60_000, 60_000, 60_000]);
});

test('a domain that was stopped or started anew is another one: nothing is held against it', () => {
  const { quarantine, log } = watched();
  quarantine.hold(one, lateCall(1000, one));
  quarantine.hold(two, lateCall(1000, two));
  assert.equal(quarantine.place(domain(1, 77)), 'together');
  assert.equal(quarantine.place(domain(2, -1)), 'together');
  assert.deepEqual(log.slice(2), ['g1 answered after 0', 'g2 answered after 0']);
});

test('a call that has been answered holds nobody', async () => {
  const { quarantine, log } = watched();
  const call = lateCall(1000, one);
  await call.answer();
  quarantine.hold(one, call);
  assert.deepEqual([log, quarantine.place(one)], [[], 'together']);
});

test('domains that are gone are forgotten', () => {
  const { quarantine } = watched();
  quarantine.hold(one, lateCall(1000, one));
  quarantine.learn(two, true, []);
  quarantine.keepOnly(new Set(['uuid-3']));
  assert.deepEqual([quarantine.hung, quarantine.busySince('uuid-2')], [0, undefined]);
});
