import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fromPython } from '../example.ts';
import type { PythonSample } from '../example.ts';
import { pythonFloat } from '@nephometer/sample';
import { pythonRepr } from './python-repr.ts';
import { createReprWriter } from './sample-repr.ts';

interface Recorded {
  readonly samples: readonly { readonly sample: PythonSample; readonly json: string; readonly python: string }[];
  readonly values: readonly { readonly value: unknown; readonly repr: string }[];
  readonly floats: readonly { readonly value: number; readonly repr: string }[];
}

// Made by Python 3: `str` of samples as Ceilometer has them, `repr` of values.
const recorded = JSON.parse(readFileSync(new URL('../../testdata/python.json', import.meta.url), 'utf8')) as Recorded;

test('Values are written as Python writes them', () => {
  for (const { value, repr } of recorded.values) assert.equal(pythonRepr(value), repr);
});

test('Floats are written as Python writes them', () => {
  for (const { value, repr } of recorded.floats) assert.equal(pythonFloat(value), repr);
  assert.deepEqual([-0, NaN, Infinity, -Infinity].map(pythonFloat), ['-0.0', 'nan', 'inf', '-inf']);
});

test('Integers beyond what JavaScript writes in digits have no exponent, and a lone surrogate is escaped', () => {
  assert.equal(pythonRepr(2 ** 80), '1208925819614629174706176');
  assert.equal(pythonRepr('\ud800'), "'\\ud800'");
});

test('Samples are written as Ceilometer writes them', () => {
  const writer = createReprWriter('head');
  for (const { sample, python } of recorded.samples) {
    const ours = fromPython(sample);
    assert.equal(writer.head(ours) + writer.metadata(ours) + writer.tail(ours), python);
  }
});
