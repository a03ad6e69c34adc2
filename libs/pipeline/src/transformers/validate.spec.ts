import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TransformerFactory } from '@nephometer/plugin';
import fc from 'fast-check';
import { PipelineError } from '../pipeline-error.ts';
import { transformerFactories } from './transformer-factories.ts';

function factoryOf(name: string): TransformerFactory {
  const factory = transformerFactories.find((candidate) => candidate.name === name);
  assert.ok(factory);
  return factory;
}

/** Transformer, parameters, and each problem as "path: message". */
const faulty: readonly (readonly [string, unknown, readonly RegExp[]])[] = [
  [
    'accumulator',
    { size: 'many', sise: 2 },
    [/^sise: unknown key "sise"; did you mean "size"\? /, /^size: expected a number, got/],
  ],
  ['accumulator', { size: 1.5 }, [/^size: expected a whole number of at most 500000/]],
  ['accumulator', { size: 600_000 }, [/^size: expected a whole number/]],
  ['accumulator', [], [/^: expected a mapping \(KEY: VALUE lines\)/]],
  ['accumulator', 'size', [/^: expected a mapping/]],
  [
    'unit_conversion',
    { source: { map: 1 }, target: { type: 'gage', scale: 'volum', name: 5, unit: true } },
    [
      /^source\.map: unknown key "map"/,
      /^target\.name: expected text, got .*quotes/,
      /^target\.unit: expected text/,
      /^target\.type: expected one of gauge, delta, cumulative, got .*did you mean "gauge"/,
      /^target\.scale: column 1: .*did you mean "volume"/,
    ],
  ],
  ['unit_conversion', { target: { scale: [2] } }, [/^target\.scale: expected a number or an expression/]],
  ['unit_conversion', { target: { scale: NaN } }, [/^target\.scale: expected a number or/]],
  [
    'unit_conversion',
    { source: { map_from: { name: '(a', unit: 'B' } }, target: { map_to: { name: 'b', unit: '\\1' } } },
    [
      /^source\.map_from\.name: column 1: the parenthesis/,
      /^target\.map_to\.unit: column 1: the pattern has no group 1/,
    ],
  ],
  [
    'unit_conversion',
    { source: { map_from: { name: 'a' } } },
    [/^source\.map_from\.name: does nothing without target\.map_to\.name/],
  ],
  [
    'unit_conversion',
    { target: { map_to: { unit: 'a' } } },
    [/^target\.map_to\.unit: does nothing without source\.map_from\.unit/],
  ],
  ['rate_of_change', { target: { scale: 2 } }, [/^target\.scale: .*write "2" in quotes .*"volume \* 2"/]],
  ['rate_of_change', { target: { scale: true } }, [/^target\.scale: expected a number or an expression/]],
  ['rate_of_change', { growth_only: true }, [/^growth_only: unknown key/]],
  [
    'delta',
    { growth_only: 'ja', target: { scale: '2' } },
    [/^target\.scale: delta does not scale/, /^growth_only: expected true or false/],
  ],
  [
    'aggregator',
    { size: -1, retention_time: 'soon', project_id: 'drop', user_id: 'frist', resource_metadata: 'none' },
    [
      /^retention_time: expected a number/,
      /^size: expected at least 0, got -1/,
      /^project_id: expected one of first, last, got/,
      /^user_id: .*did you mean "first"/,
      /^resource_metadata: expected one of last, first, drop/,
    ],
  ],
  ['arithmetic', null, [/^target\.expr: missing; write an expression/]],
  ['arithmetic', { target: { expr: '1 + 1' } }, [/^target\.expr: names no meter/]],
  [
    'arithmetic',
    { source: {}, target: { expr: '$(cpu) +', type: 'x' } },
    [/^source: unknown key/, /^target\.expr: column 9: expected a value/, /^target\.type: /],
  ],
];

for (const [name, parameters, expected] of faulty) {
  test(`${name} refuses ${JSON.stringify(parameters)}, all of it at once`, () => {
    const factory = factoryOf(name);
    const problems = factory.validate(parameters).map(({ path, message }) => `${path.join('.')}: ${message}`);
    assert.equal(problems.length, expected.length, problems.join('\n'));
    expected.forEach((pattern, index) => assert.match(problems[index] ?? '', pattern));
    assert.throws(() => factory.create(parameters), {
      code: 'bad_parameters',
      message: new RegExp(`^transformer "${name}": `),
    });
  });
}

const fine: readonly (readonly [string, unknown])[] = [
  ['accumulator', null],
  ['accumulator', { size: '3' }],
  ['aggregator', {}],
  ['aggregator', { size: null, retention_time: 60 }],
  ['aggregator', { source: null, target: null, user_id: 'last', project_id: 'first', resource_metadata: 'drop' }],
  ['delta', { target: { name: 'cpu.delta', unit: 'x', type: 'gauge' }, growth_only: true }],
  ['rate_of_change', null],
  ['rate_of_change', { source: { unit: 'B' }, target: { scale: 0, map_to: null } }],
  ['unit_conversion', { source: { unit: '' }, target: { unit: '', scale: '' } }],
];

for (const [name, parameters] of fine) {
  test(`${name} takes ${JSON.stringify(parameters)}`, () => {
    assert.deepEqual(factoryOf(name).validate(parameters), []);
    factoryOf(name).create(parameters);
  });
}

test('Whatever the parameters, there are problems or there is a transformer', () => {
  const keys = [
    'source',
    'target',
    'size',
    'name',
    'unit',
    'type',
    'scale',
    'map_from',
    'map_to',
    'expr',
    'growth_only',
    'retention_time',
    'user_id',
  ];
  const scalars = [null, 0, 1, 2.5, -1, '', 'volume', 'last', '(', '\\1', '$(cpu)', true];
  const leaf = fc.oneof(fc.constantFrom(...scalars), fc.anything());
  const mappingOf = (values: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> =>
    fc.oneof(leaf, fc.dictionary(fc.constantFrom(...keys), values));
  const tree = mappingOf(mappingOf(mappingOf(leaf)));
  fc.assert(
    fc.property(fc.constantFrom(...transformerFactories), tree, (factory, parameters) => {
      const problems = factory.validate(parameters);
      if (problems.length === 0) factory.create(parameters).flush();
      else assert.throws(() => factory.create(parameters), PipelineError);
    }),
    { numRuns: 1_000 },
  );
});
