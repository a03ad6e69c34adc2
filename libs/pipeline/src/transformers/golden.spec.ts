import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import type { Metadata, MeterType, Sample } from '@nephometer/sample';
import { pythonVolume } from '@nephometer/sample';
import { sampleOf } from '../example.ts';
import { createTransformerFactories } from './transformer-factories.ts';

// What the classes of Ceilometer did in December 2015, under Python 3.

interface GoldenSample {
  readonly name: string;
  readonly type: MeterType;
  readonly unit: string;
  /** As Python wrote it: a text, because JavaScript would not tell `5.0` from `5`. */
  readonly volume: string;
  readonly user_id: string | null;
  readonly project_id: string | null;
  readonly resource_id: string;
  readonly timestamp: string;
  readonly resource_metadata: Metadata;
}

type Step =
  | { readonly op: 'sample'; readonly in: GoldenSample; readonly out: GoldenSample | null }
  | { readonly op: 'flush'; readonly out: readonly (GoldenSample | null)[] | { readonly raises: string } };

interface Case {
  readonly case: string;
  readonly transformer: string;
  readonly parameters: unknown;
  readonly steps: readonly Step[];
}

/**
 * Where Ceilometer fails or does nothing and we do what was meant: the parameters to write instead, if these are refused; or
 * what is given where it raises.
 */
const deviations: Readonly<Record<string, { readonly parameters?: unknown; readonly given?: readonly string[] }>> = {
  'numeric scale multiplies volume and rate': { parameters: { target: { name: 'x.rate', scale: 'volume * 2.0' } } },
  'arithmetic misconfigured': { parameters: { target: { expr: '$(other)' } } },
  'accumulator 0 pass-through, flush raises': { given: [] },
  'aggregator size null + retention raises': { given: ['cpu 5.0'] },
  'aggregator rename + gauge flush raises': { given: ['renamed 6.0'] },
};

const text = readFileSync(new URL('../../testdata/golden-transformers-2015.json', import.meta.url), 'utf8');
const { cases } = JSON.parse(text.replace(/"volume": ([-\d.e+]+)/g, '"volume": "$1"')) as {
  readonly cases: readonly Case[];
};

const factories = createTransformerFactories({ now: () => Date.UTC(2026, 0) });

test('There are 24 cases, and each deviation is one of them', () => {
  assert.equal(cases.length, 24);
  const names = cases.map((golden) => golden.case);
  assert.deepEqual(
    Object.keys(deviations).filter((name) => !names.includes(name)),
    [],
  );
});

for (const golden of cases) {
  test(`${golden.transformer} does as Ceilometer did: ${golden.case}`, () => {
    const factory = factories.find(({ name }) => name === golden.transformer);
    const deviation = deviations[golden.case];
    assert.ok(factory);
    const refused = factory.validate(golden.parameters).length > 0;
    assert.equal(refused, deviation?.parameters !== undefined);
    const transformer = factory.create(deviation?.parameters ?? golden.parameters);
    for (const step of golden.steps) {
      if (step.op === 'sample') {
        const given = transformer.handle(toSample(step.in));
        assert.deepEqual(given ? toGolden(given) : null, step.out);
      } else {
        const given = transformer.flush();
        if (Array.isArray(step.out)) assert.deepEqual(given.map(toGolden), step.out.filter(Boolean));
        else
          assert.deepEqual(
            given.map((sample) => `${sample.name} ${pythonVolume(sample)}`),
            deviation?.given,
          );
      }
    }
  });
}

function toSample(golden: GoldenSample): Sample {
  return {
    ...sampleOf(golden.name, Number(golden.volume)),
    type: golden.type,
    unit: golden.unit,
    isFloat: /[.e]/.test(golden.volume),
    userId: golden.user_id,
    projectId: golden.project_id,
    resourceId: golden.resource_id,
    timestamp: golden.timestamp,
    resourceMetadata: golden.resource_metadata,
  };
}

function toGolden(sample: Sample): GoldenSample {
  return {
    name: sample.name,
    type: sample.type,
    unit: sample.unit,
    volume: pythonVolume(sample),
    user_id: sample.userId,
    project_id: sample.projectId,
    resource_id: sample.resourceId,
    timestamp: sample.timestamp,
    resource_metadata: sample.resourceMetadata,
  };
}
