import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createSendingLog, sendFor } from './sending.ts';

const { signal } = new AbortController();
const publisher = 'a://';

test('A target that fails is said once until it works again, and so is each reason of a refusal', () => {
  const said: string[] = [];
  const log = createSendingLog((text) => said.push(text));
  const { events } = log;
  const fail = (): void => events.failed?.({ publisher, samples: 2, error: new Error('away') });
  fail();
  fail();
  events.delivered?.({ publisher, samples: 2 });
  events.delivered?.({ publisher, samples: 3 });
  fail();
  events.refused?.({ publisher, samples: 1, reason: 'odd' });
  events.refused?.({ publisher, samples: 2, reason: 'odd' });
  assert.deepEqual(said, [
    'a:// fails, and is tried again until it works: away',
    'a:// works again',
    'a:// fails, and is tried again until it works: away',
    'a:// refuses 1 sample for ever: odd',
  ]);
  assert.deepEqual([log.sent, log.refused, log.isClean], [5, 3, true]);
});

test('What a target finds wrong with each sample is not said for each', () => {
  const said: string[] = [];
  const log = createSendingLog((text) => said.push(text));
  for (let index = 0; index < 100; index += 1)
    log.events.refused?.({ publisher, samples: 1, reason: `sample ${index}` });
  assert.deepEqual([said.length, log.refused], [10, 100]);
});

test('A queue that cannot be written is not clean until it can be, a publisher that cannot be closed never', () => {
  const log = createSendingLog(() => undefined);
  log.events.notStored?.({ publisher, error: new Error('no room') });
  assert.equal(log.isClean, false);
  log.events.stored?.({ publisher });
  assert.equal(log.isClean, true);
  log.events.closeFailed?.({ publisher, error: new Error('gone') });
  assert.equal(log.isClean, false);
});

test('Progress is said when it is due and something has changed; it ends with the sending', async () => {
  const said: string[] = [];
  const finished = Promise.withResolvers<void>();
  let count = 0;
  async function* due(ending: AbortSignal): AsyncGenerator<undefined> {
    for (count of [0, 1, 1, 2]) yield undefined;
    const ended = new Promise((resolve) => ending.addEventListener('abort', resolve, { once: true }));
    finished.resolve();
    await ended;
    ending.throwIfAborted();
  }
  const time = { progress: () => `${count} sent`, say: (text: string) => said.push(text), due };
  assert.equal(await sendFor(time, signal, () => finished.promise), true);
  assert.deepEqual(said, ['1 sent', '2 sent']);
});

test('The end of the time is an answer, an abort and a failure are not', async () => {
  const time = { progress: () => '', say: () => undefined };
  const never = (ending: AbortSignal): Promise<void> =>
    new Promise((_, reject) => ending.addEventListener('abort', () => reject(ending.reason as Error), { once: true }));
  assert.equal(await sendFor({ ...time, ms: 1 }, signal, never), false);
  const abort = new AbortController();
  const sending = sendFor({ ...time, ms: 60_000 }, abort.signal, never);
  abort.abort(new Error('enough'));
  await assert.rejects(sending, /enough/);
  await assert.rejects(
    sendFor(time, signal, () => Promise.reject(new Error('broken'))),
    /broken/,
  );
});
