import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PipelineConfig } from '@nephometer/pipeline-config';
import { createOutlet, sampleOf } from './example.ts';
import { createPipeline } from './pipeline.ts';

test('Samples go to the sinks of the sources that want their meter, and the rest is counted', () => {
  const [one, two] = [createOutlet(), createOutlet()];
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
    outlets: new Map([
      ['a://', one.outlet],
      ['b://', two.outlet],
    ]),
  });
  const report = pipeline.publish([sampleOf('cpu', 1), sampleOf('memory', 2), sampleOf('noise', 3)]);
  assert.deepEqual([one.volumes, two.volumes], [[1], [2]]);
  assert.equal(report.unmatched, 1);
});

test('A publisher reached through two pipelines gets a sample twice, through one pipeline named twice once', () => {
  const { outlet, volumes } = createOutlet();
  const pipeline = createPipeline({
    config: {
      sources: [
        { name: 'one', meters: ['cpu'], sinks: ['first', 'first'] },
        { name: 'two', meters: ['*'], sinks: ['second'] },
      ],
      sinks: ['first', 'second'].map((name) => ({ name, publishers: [{ url: 'a://', line: 1 }], transformers: [] })),
    },
    outlets: new Map([['a://', outlet]]),
  });
  pipeline.publish([sampleOf('cpu', 1), sampleOf('memory', 2)]);
  assert.deepEqual(volumes, [1, 1, 2]);
});

test('A configuration that does not fit is refused with what is wrong', () => {
  const { outlet } = createOutlet();
  const sinks: PipelineConfig['sinks'] = [{ name: 'sink', publishers: [{ url: 'a://' }], transformers: [] }];
  const sources = [{ name: 'source', meters: ['*'], sinks: ['other'] }];
  assert.throws(() => createPipeline({ config: { sources: [], sinks }, outlets: new Map() }), {
    code: 'outlet_missing',
    message: /a:\/\//,
  });
  assert.throws(() => createPipeline({ config: { sources, sinks }, outlets: new Map([['a://', outlet]]) }), {
    code: 'sink_missing',
    message: /"source".*"other"/,
  });
});
