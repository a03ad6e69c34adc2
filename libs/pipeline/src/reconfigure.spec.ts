import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { test } from 'node:test';
import type { PipelineConfig, PipelineTransformer } from '@nephometer/pipeline-config';
import type { Publisher } from '@nephometer/plugin';
import fc from 'fast-check';
import {
  createHeldPublisher,
  createOpenPublisher,
  sampleOf,
  samplesOf,
  settleDown,
  transformersOf,
} from './example.ts';
import { createPipeline } from './pipeline.ts';
import type { Pipeline } from './pipeline.ts';

const { signal } = new AbortController();

/** All meters to one sink for each entry: its publishers and its transformers. */
function configOf(sinks: Record<string, readonly [string[], ...PipelineTransformer[]]>): PipelineConfig {
  return {
    sources: [{ name: 'all', meters: ['*'], sinks: Object.keys(sinks) }],
    sinks: Object.entries(sinks).map(([name, [urls, ...transformers]]) => ({
      name,
      publishers: urls.map((url) => ({ url })),
      transformers,
    })),
  };
}

function start(config: PipelineConfig, publishers: Record<string, Publisher>): Pipeline {
  return createPipeline({ config, publishers: new Map(Object.entries(publishers)), transformers: transformersOf() });
}

const delta: PipelineTransformer = { name: 'delta', parameters: { target: { name: 'cpu.delta' } } };
const none = new Map<string, Publisher>();

test('A publisher that is still named keeps its queue, its order and its ledger, and new ones join', async () => {
  const [kept, added] = [createHeldPublisher(), createOpenPublisher()];
  const pipeline = start(configOf({ sink: [['kept://']] }), { 'kept://': kept.publisher });
  const calls = [1, 3].map((from) => pipeline.publish(samplesOf('cpu', from, 2), signal));
  await settleDown();
  const next = configOf({ other: [['added://', 'kept://']] });
  await pipeline.reconfigure({ config: next, publishers: new Map([['added://', added.publisher]]) }, signal);
  calls.push(pipeline.publish(samplesOf('cpu', 5, 2), signal));
  assert.deepEqual(
    pipeline.ledgers().map(({ url, polled, queued }) => [url, polled, queued]),
    [
      ['added://', 2, 2],
      ['kept://', 6, 6],
    ],
  );
  for (let call = 0; call < 2; call += 1) {
    kept.deliver();
    await settleDown();
  }
  await Promise.all(calls);
  assert.deepEqual(kept.batches.flat(), [1, 2, 3, 4, 5, 6]);
  assert.deepEqual([kept.closed(), added.volumes], [0, [5, 6]]);
});

test('A publisher that is no longer named sends what it had, gets no more, and is closed', async () => {
  const [gone, kept] = [createHeldPublisher(), createOpenPublisher()];
  const pipeline = start(configOf({ a: [['gone://']], b: [['kept://']] }), {
    'gone://': gone.publisher,
    'kept://': kept.publisher,
  });
  const call = pipeline.publish(samplesOf('cpu', 1, 2), signal);
  const caller = new AbortController();
  const change = pipeline.reconfigure({ config: configOf({ b: [['kept://']] }), publishers: none }, caller.signal);
  await pipeline.publish([sampleOf('cpu', 3)], signal);
  assert.deepEqual(
    pipeline.ledgers().map(({ url, queued }) => [url, queued]),
    [
      ['kept://', 0],
      ['gone://', 2],
    ],
  );
  await assert.rejects(pipeline.reconfigure({ config: configOf({ b: [['kept://']] }), publishers: none }, signal), {
    code: 'reconfiguring',
  });
  assert.equal(gone.closed(), 0);
  gone.deliver();
  await Promise.all([change, call]);
  assert.deepEqual([gone.batches, gone.closed(), kept.volumes], [[[1, 2]], 1, [1, 2, 3]]);
  assert.deepEqual(
    pipeline.ledgers().map(({ url }) => url),
    ['kept://'],
  );
  assert.deepEqual(getEventListeners(caller.signal, 'abort'), []);
});

test('A change that is aborted drops what its leaving publishers had, closes them, and stays', async () => {
  const [gone, added] = [createHeldPublisher(), createOpenPublisher()];
  const pipeline = start(configOf({ a: [['gone://']] }), { 'gone://': gone.publisher });
  const call = pipeline.publish([sampleOf('cpu', 1)], signal);
  await settleDown();
  const caller = new AbortController();
  const next = { config: configOf({ a: [['added://']] }), publishers: new Map([['added://', added.publisher]]) };
  const change = pipeline.reconfigure(next, caller.signal);
  caller.abort(new Error('too long'));
  await assert.rejects(change, /too long/);
  assert.equal((await call).publishers[0]?.dropped.closed, 1);
  await pipeline.publish([sampleOf('cpu', 2)], signal);
  assert.deepEqual([gone.closed(), added.volumes], [1, [2]]);
});

test('Transformers that did not change keep what they know, wherever their samples go now', async () => {
  const [old, other] = [createOpenPublisher(), createOpenPublisher()];
  const pipeline = start(configOf({ rates: [['old://'], delta] }), { 'old://': old.publisher });
  await pipeline.publish([sampleOf('cpu', 1)], signal);
  // A line that moved is no change.
  const same = { ...structuredClone(delta), place: { path: ['sinks', 0], line: 9 } };
  const next = configOf({ more: [['other://']], rates: [['other://'], same] });
  await pipeline.reconfigure({ config: next, publishers: new Map([['other://', other.publisher]]) }, signal);
  await pipeline.publish([sampleOf('cpu', 5)], signal);
  assert.deepEqual([old.volumes, other.volumes], [[], [5, 4]]);
  assert.deepEqual(pipeline.transformed(), [{ sink: 'rates', taken: 2, given: 1, failed: 0, held: 1, evicted: 0 }]);
});

test('Transformers of which one changed start anew', async () => {
  const { publisher, volumes } = createOpenPublisher();
  const pipeline = start(configOf({ rates: [['a://'], delta] }), { 'a://': publisher });
  await pipeline.publish([sampleOf('cpu', 1)], signal);
  const changed = { name: 'delta', parameters: { target: { name: 'cpu.grown' } } };
  await pipeline.reconfigure({ config: configOf({ rates: [['a://'], changed] }), publishers: none }, signal);
  await pipeline.publish([sampleOf('cpu', 5)], signal);
  await pipeline.publish([sampleOf('cpu', 7)], signal);
  assert.deepEqual(volumes, [2]);
  await pipeline.reconfigure({ config: configOf({ rates: [['a://']] }), publishers: none }, signal);
  await pipeline.publish([sampleOf('cpu', 9)], signal);
  assert.deepEqual([volumes, pipeline.transformed()], [[2, 9], []]);
});

test('What does not fit changes nothing', async () => {
  const { publisher, volumes } = createOpenPublisher();
  const spare = createOpenPublisher();
  const config = configOf({ sink: [['a://'], delta] });
  const pipeline = start(config, { 'a://': publisher });
  await pipeline.publish([sampleOf('cpu', 1)], signal);
  const bad: readonly (readonly [PipelineConfig, Record<string, Publisher>, string])[] = [
    [configOf({ sink: [['b://']] }), {}, 'publisher_missing'],
    [configOf({ sink: [['a://']] }), { 'a://': spare.publisher }, 'publisher_known'],
    [configOf({ sink: [['a://'], { name: 'x', parameters: null }] }), {}, 'transformer_missing'],
    [configOf({ sink: [['a://'], { name: 'delta', parameters: 5 }] }), {}, 'bad_parameters'],
    [{ ...config, sources: [{ name: 's', meters: ['*'], sinks: ['none'] }] }, {}, 'sink_missing'],
  ];
  for (const [next, publishers, code] of bad) {
    const change = { config: next, publishers: new Map(Object.entries(publishers)) };
    await assert.rejects(pipeline.reconfigure(change, signal), { code });
  }
  const reason = new Error('stop');
  await assert.rejects(pipeline.reconfigure({ config, publishers: none }, AbortSignal.abort(reason)), reason);
  await pipeline.publish([sampleOf('cpu', 4)], signal);
  assert.deepEqual(volumes, [3]);
  await pipeline.close();
  await assert.rejects(pipeline.reconfigure({ config, publishers: none }, signal), { code: 'closed' });
});

test('Closing and flushing include publishers that are leaving', async () => {
  const gone = createHeldPublisher();
  const pipeline = start(configOf({ a: [['gone://']] }), { 'gone://': gone.publisher });
  const call = pipeline.publish([sampleOf('cpu', 1)], signal);
  await settleDown();
  const change = pipeline.reconfigure({ config: { sources: [], sinks: [] }, publishers: none }, signal);
  const caller = new AbortController();
  const flushed = pipeline.flush(caller.signal);
  await settleDown();
  caller.abort(new Error('still waiting'));
  await assert.rejects(flushed, /still waiting/);
  await pipeline.close();
  await Promise.all([change, call]);
  assert.equal(gone.closed(), 1);
});

test('However often it changes, every sample reaches a publisher that stays, once and in order', async () => {
  const steps = fc.array(fc.constantFrom('publish', 'deliver', 'add', 'remove', 'transform'), { maxLength: 40 });
  await fc.assert(
    fc.asyncProperty(steps, async (taken) => {
      const stays = createHeldPublisher();
      const pipeline = start(configOf({ sink: [['stays://']] }), { 'stays://': stays.publisher });
      let next = 0;
      let hasOther = false;
      const calls: Promise<unknown>[] = [];
      const transform: PipelineTransformer = { name: 'unit_conversion', parameters: { target: { scale: 'volume' } } };
      for (const step of taken) {
        if (step === 'publish') calls.push(pipeline.publish([sampleOf('cpu', (next += 1))], signal));
        else if (step === 'deliver') stays.deliver();
        else {
          const wanted: boolean = step === 'add' || (step === 'transform' && hasOther);
          const publishers = wanted && !hasOther ? new Map([['other://', createOpenPublisher().publisher]]) : none;
          const urls = wanted ? ['other://', 'stays://'] : ['stays://'];
          const config = step === 'transform' ? configOf({ sink: [urls, transform] }) : configOf({ sink: [urls] });
          await pipeline.reconfigure({ config, publishers }, signal);
          hasOther = wanted;
        }
        await settleDown();
      }
      while (pipeline.ledgers().some(({ queued }) => queued > 0)) {
        stays.deliver();
        await settleDown();
      }
      await Promise.all(calls);
      assert.deepEqual(
        stays.batches.flat(),
        Array.from({ length: next }, (_, index) => index + 1),
      );
      await pipeline.close();
    }),
  );
});
