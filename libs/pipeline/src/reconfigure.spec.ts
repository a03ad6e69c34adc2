import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PipelineConfig, PipelineTransformer } from '@nephometer/pipeline-config';
import { createOutlet, sampleOf, transformersOf } from './example.ts';
import type { Outlet } from './outlet.ts';
import { createPipeline } from './pipeline.ts';
import type { Pipeline } from './pipeline.ts';

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

const mapOf = (outlets: Record<string, Outlet>): ReadonlyMap<string, Outlet> => new Map(Object.entries(outlets));

function start(config: PipelineConfig, outlets: Record<string, Outlet>): Pipeline {
  return createPipeline({ config, outlets: mapOf(outlets), transformers: transformersOf() });
}

const delta: PipelineTransformer = { name: 'delta', parameters: { target: { name: 'cpu.delta' } } };

test('From the change on samples go where the new configuration says', () => {
  const [kept, gone, added] = [createOutlet(), createOutlet(), createOutlet()];
  const pipeline = start(configOf({ a: [['gone://']], b: [['kept://']] }), {
    'gone://': gone.outlet,
    'kept://': kept.outlet,
  });
  pipeline.publish([sampleOf('cpu', 1)]);
  const outlets = mapOf({ 'added://': added.outlet, 'kept://': kept.outlet });
  pipeline.reconfigure({ config: configOf({ other: [['added://', 'kept://']] }), outlets });
  pipeline.publish([sampleOf('cpu', 2)]);
  assert.deepEqual([gone.volumes, kept.volumes, added.volumes], [[1], [1, 2], [2]]);
});

test('Transformers that did not change keep what they know, wherever their samples go now', () => {
  const [old, other] = [createOutlet(), createOutlet()];
  const pipeline = start(configOf({ rates: [['old://'], delta] }), { 'old://': old.outlet });
  pipeline.publish([sampleOf('cpu', 1)]);
  // A line that moved is no change.
  const same = { ...structuredClone(delta), place: { path: ['sinks', 0], line: 9 } };
  const next = configOf({ more: [['other://']], rates: [['other://'], same] });
  pipeline.reconfigure({ config: next, outlets: mapOf({ 'other://': other.outlet }) });
  pipeline.publish([sampleOf('cpu', 5)]);
  assert.deepEqual([old.volumes, other.volumes], [[], [5, 4]]);
  assert.deepEqual(pipeline.transformed(), [{ sink: 'rates', taken: 2, given: 1, failed: 0, held: 1, evicted: 0 }]);
});

test('Transformers of which one changed start anew', () => {
  const { outlet, volumes } = createOutlet();
  const outlets = mapOf({ 'a://': outlet });
  const pipeline = start(configOf({ rates: [['a://'], delta] }), { 'a://': outlet });
  pipeline.publish([sampleOf('cpu', 1)]);
  const changed = { name: 'delta', parameters: { target: { name: 'cpu.grown' } } };
  pipeline.reconfigure({ config: configOf({ rates: [['a://'], changed] }), outlets });
  pipeline.publish([sampleOf('cpu', 5)]);
  pipeline.publish([sampleOf('cpu', 7)]);
  assert.deepEqual(volumes, [2]);
  pipeline.reconfigure({ config: configOf({ rates: [['a://']] }), outlets });
  pipeline.publish([sampleOf('cpu', 9)]);
  assert.deepEqual([volumes, pipeline.transformed()], [[2, 9], []]);
});

test('What does not fit changes nothing', () => {
  const { outlet, volumes } = createOutlet();
  const outlets = mapOf({ 'a://': outlet });
  const config = configOf({ sink: [['a://'], delta] });
  const pipeline = start(config, { 'a://': outlet });
  pipeline.publish([sampleOf('cpu', 1)]);
  const bad: readonly (readonly [PipelineConfig, string])[] = [
    [configOf({ sink: [['b://']] }), 'outlet_missing'],
    [configOf({ sink: [['a://'], { name: 'x', parameters: null }] }), 'transformer_missing'],
    [configOf({ sink: [['a://'], { name: 'delta', parameters: 5 }] }), 'bad_parameters'],
    [{ ...config, sources: [{ name: 's', meters: ['*'], sinks: ['none'] }] }, 'sink_missing'],
  ];
  for (const [next, code] of bad) assert.throws(() => pipeline.reconfigure({ config: next, outlets }), { code });
  pipeline.publish([sampleOf('cpu', 4)]);
  assert.deepEqual(volumes, [3]);
});
