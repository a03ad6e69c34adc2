import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { test } from 'node:test';
import { createHeldPublisher, createOpenPublisher, pipelineTo, sampleOf, samplesOf, settleDown } from './example.ts';
import { createPipeline } from './pipeline.ts';

const { signal } = new AbortController();

test('Samples go to the sinks of the sources that want their meter, and the rest is counted', async () => {
  const [one, two] = [createOpenPublisher(), createOpenPublisher()];
  const pipeline = createPipeline({
    config: {
      sources: [
        { name: 'cpu', meters: ['cpu'], sinks: ['first'] },
        { name: 'rest', meters: ['!cpu', '!noise'], sinks: ['second'] },
      ],
      sinks: [
        { name: 'first', publishers: [{ url: 'a://', line: 1 }], transformers: [] },
        { name: 'second', publishers: [{ url: 'b://', line: 2 }], transformers: [] },
      ],
    },
    publishers: new Map([
      ['a://', one.publisher],
      ['b://', two.publisher],
    ]),
  });
  const report = await pipeline.publish([sampleOf('cpu', 1), sampleOf('memory', 2), sampleOf('noise', 3)], signal);
  assert.deepEqual([one.volumes, two.volumes], [[1], [2]]);
  assert.equal(report.unmatched, 1);
  assert.deepEqual(
    report.publishers.map(({ url, polled, delivered }) => [url, polled, delivered]),
    [
      ['a://', 1, 1],
      ['b://', 1, 1],
    ],
  );
});

test('A publisher reached through two pipelines gets a sample twice, through one pipeline named twice once', async () => {
  const { publisher, volumes } = createOpenPublisher();
  const pipeline = createPipeline({
    config: {
      sources: [
        { name: 'one', meters: ['cpu'], sinks: ['first', 'first'] },
        { name: 'two', meters: ['*'], sinks: ['second'] },
      ],
      sinks: ['first', 'second'].map((name) => ({ name, publishers: [{ url: 'a://', line: 1 }], transformers: [] })),
    },
    publishers: new Map([['a://', publisher]]),
  });
  await pipeline.publish([sampleOf('cpu', 1), sampleOf('memory', 2)], signal);
  assert.deepEqual(volumes, [1, 1, 2]);
  assert.equal(pipeline.ledgers()[0]?.polled, 3);
});

test('A volume that is not finite is dropped and counted, alone', async () => {
  const { publisher, volumes } = createOpenPublisher();
  const pipeline = pipelineTo({ 'a://': publisher });
  const report = await pipeline.publish(
    [1, NaN, Infinity, 2].map((volume) => sampleOf('cpu', volume)),
    signal,
  );
  assert.deepEqual(volumes, [1, 2]);
  assert.equal(report.publishers[0]?.dropped.invalid_volume, 2);
  assert.deepEqual(pipeline.ledgers(), [
    {
      url: 'a://',
      polled: 4,
      delivered: 2,
      queued: 0,
      dropped: { invalid_volume: 2, queue_full: 0, publish_failed: 0, closed: 0 },
    },
  ]);
  // A call that brings nothing valid must not stop those after it.
  await pipeline.publish([sampleOf('cpu', NaN)], signal);
  await pipeline.publish([sampleOf('cpu', 3)], signal);
  assert.deepEqual(volumes, [1, 2, 3]);
});

test('A slow publisher holds neither another one nor a caller that gives up', async () => {
  const [slow, quick] = [createHeldPublisher(), createOpenPublisher()];
  const pipeline = pipelineTo({ 'slow://': slow.publisher, 'quick://': quick.publisher });
  const caller = new AbortController();
  const call = pipeline.publish([sampleOf('cpu', 1)], caller.signal);
  await settleDown();
  assert.deepEqual(quick.volumes, [1]);
  caller.abort(new Error('too late'));
  await assert.rejects(call, /too late/);
  assert.deepEqual(
    pipeline.ledgers().map(({ delivered, queued }) => [delivered, queued]),
    [
      [0, 1],
      [1, 0],
    ],
  );
  slow.deliver();
  await pipeline.flush(signal);
  assert.equal(pipeline.ledgers()[0]?.delivered, 1);
});

test('A failing publisher costs another one nothing; its batch is dropped, said, and the next one is tried', async () => {
  const [held, other] = [createHeldPublisher(), createOpenPublisher()];
  const failures: unknown[] = [];
  const pipeline = pipelineTo(
    { 'bad://': held.publisher, 'good://': other.publisher },
    { events: { publishFailed: (event) => failures.push(event) } },
  );
  const call = pipeline.publish(samplesOf('cpu', 0, 2), signal);
  const error = new Error('target away');
  held.fail(error);
  const report = await call;
  assert.deepEqual(failures, [{ url: 'bad://', samples: 2, error }]);
  assert.deepEqual(
    report.publishers.map(({ delivered, dropped }) => [delivered, dropped.publish_failed]),
    [
      [0, 2],
      [2, 0],
    ],
  );
  const next = pipeline.publish([sampleOf('cpu', 9)], signal);
  held.deliver();
  assert.equal((await next).publishers[0]?.delivered, 1);
});

test('An aborted signal takes nothing, and flushing gives up with its reason', async () => {
  const held = createHeldPublisher();
  const pipeline = pipelineTo({ 'a://': held.publisher });
  const reason = new Error('stop');
  await assert.rejects(pipeline.publish([sampleOf('cpu', 1)], AbortSignal.abort(reason)), reason);
  assert.equal(pipeline.ledgers()[0]?.polled, 0);
  const call = pipeline.publish([sampleOf('cpu', 1)], signal);
  await assert.rejects(pipeline.flush(AbortSignal.abort(reason)), reason);
  held.deliver();
  await call;
});

test('A configuration that does not fit is refused with what is wrong', () => {
  const { publisher } = createOpenPublisher();
  const sinks = [{ name: 'sink', publishers: [{ url: 'a://', line: 1 }], transformers: [] }];
  const sources = [{ name: 'source', meters: ['*'], sinks: ['other'] }];
  assert.throws(() => createPipeline({ config: { sources: [], sinks }, publishers: new Map() }), {
    code: 'publisher_missing',
    message: /a:\/\//,
  });
  assert.throws(() => createPipeline({ config: { sources, sinks }, publishers: new Map([['a://', publisher]]) }), {
    code: 'sink_missing',
    message: /"source".*"other"/,
  });
  assert.throws(() => pipelineTo({ 'a://': publisher }, { queueLimit: 0 }), {
    code: 'bad_limit',
    message: /queueLimit/,
  });
});

test('Flushing waits for what was handed in before, not for what comes later, and no listener stays', async () => {
  const held = createHeldPublisher();
  const pipeline = pipelineTo({ 'a://': held.publisher });
  const caller = new AbortController();
  const calls = [pipeline.publish([sampleOf('cpu', 1)], caller.signal)];
  const flushed = pipeline.flush(caller.signal);
  calls.push(pipeline.publish([sampleOf('cpu', 2)], caller.signal));
  held.deliver();
  await flushed;
  assert.deepEqual([pipeline.ledgers()[0]?.delivered, pipeline.ledgers()[0]?.queued], [1, 1]);
  held.deliver();
  await Promise.all(calls);
  assert.deepEqual(getEventListeners(caller.signal, 'abort'), []);
});
