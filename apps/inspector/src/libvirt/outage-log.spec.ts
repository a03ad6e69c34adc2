import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { test } from 'node:test';
import { eventually } from '@nephometer/test-kit';
import { collectingLogger } from '../testing/quiet-logger.ts';
import type { CollectingLogger } from '../testing/quiet-logger.ts';
import { createOutageLog } from './outage-log.ts';

const gone = 'libvirt is not available, trying again until it is';
const here = 'libvirt is available';
const never = new AbortController().signal;
const error = new Error('no socket');

const count = ({ messages }: CollectingLogger, message: string): number =>
  messages().filter((each) => each === message).length;

void test('an outage is said once, however often connecting fails, and its end with the time it took', () => {
  const log = collectingLogger();
  const outages = createOutageLog({ logger: log.logger, uri: 'qemu:///system' });
  for (let attempt = 0; attempt < 5; attempt++) outages.away(error);
  outages.back({ instances: 3 }, never);
  assert.deepEqual(log.messages(), [gone, here]);
  const [first, last] = log.lines();
  assert.equal((first?.['err'] as { readonly message: string }).message, 'no socket');
  assert.deepEqual([last?.['uri'], last?.['instances'], typeof last?.['awayMs']], ['qemu:///system', 3, 'number']);
});

void test('a first connection that succeeds at once was no outage', () => {
  const log = collectingLogger();
  createOutageLog({ logger: log.logger, uri: 'u' }).back({}, never);
  assert.deepEqual(log.messages(), [here]);
  assert.equal(log.lines()[0]?.['awayMs'], undefined);
});

void test('a daemon that comes and goes all the time is said a few times, then it waits until there is room', () => {
  const log = collectingLogger();
  const outages = createOutageLog({ logger: log.logger, uri: 'u', maxLines: 4, windowMs: 1_000_000_000 });
  for (let flap = 0; flap < 50; flap++) {
    const session = new AbortController();
    outages.away(error);
    outages.back({}, session.signal);
    session.abort();
    assert.equal(getEventListeners(session.signal, 'abort').length, 0);
  }
  assert.deepEqual(log.messages(), [gone, here, gone, here]);
});

void test('the last state is said when there is room again, with how many changes went unsaid', async () => {
  for (const last of ['back', 'away'] as const) {
    const log = collectingLogger();
    const outages = createOutageLog({ logger: log.logger, uri: 'u', maxLines: 1, windowMs: 50 });
    outages.away(error);
    const session = new AbortController();
    outages.back({}, session.signal);
    if (last === 'away') session.abort();
    // Tries to connect go on while it is away, and only then.
    await eventually(() => {
      if (last === 'away') outages.away(error);
      assert.equal(count(log, gone) + count(log, here), 2);
    });
    const line = log.lines().at(-1);
    assert.deepEqual([line?.msg, line?.['changesNotLogged']], last === 'back' ? [here, undefined] : [gone, 1]);
  }
});
