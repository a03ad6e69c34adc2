import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import type { Metadata } from '@nephometer/sample';
import { sampleOf } from '../example.ts';
import { PipelineError } from '../pipeline-error.ts';
import { evaluate } from './evaluate.ts';
import type { Value } from './expression.ts';
import { parseExpression } from './parse-expression.ts';

interface Vectors {
  readonly sample: { readonly volume: number; readonly unit: string; readonly resource_metadata: Metadata };
  readonly vectors: readonly (readonly [string, Record<string, unknown>])[];
}

const { sample: recorded, vectors } = JSON.parse(
  readFileSync(new URL('../../testdata/expression-vectors.json', import.meta.url), 'utf8'),
) as Vectors;
const sample = {
  ...sampleOf('cpu', recorded.volume),
  unit: recorded.unit,
  resourceMetadata: recorded.resource_metadata,
};

test('Expressions have the values that Python gives them, and fail where Python fails', () => {
  const different = vectors.flatMap(([text, expected]) => {
    const actual = outcomeOf(text);
    return isSame(actual, expected) ? [] : [{ text, expected, actual }];
  });
  assert.deepEqual(different, []);
});

function outcomeOf(text: string): Record<string, unknown> {
  let value: Value;
  try {
    value = evaluate(parseExpression(text, 'sample'), () => sample);
  } catch (error) {
    assert.ok(error instanceof PipelineError, `${text}: ${String(error)}`);
    return { error: error.code };
  }
  if (typeof value === 'bigint') return { int: String(value) };
  if (typeof value === 'number') return { float: value };
  if (typeof value === 'boolean') return { bool: value };
  if (typeof value === 'string') return { text: value };
  return value === null ? { none: true } : { mapping: Object.keys(value).length > 0 };
}

function isSame(actual: Record<string, unknown>, expected: Record<string, unknown>): boolean {
  if ('error' in expected) {
    return actual['error'] === (expected['error'] === 'SyntaxError' ? 'bad_expression' : 'expression_failed');
  }
  if (typeof expected['float'] !== 'string') return JSON.stringify(actual) === JSON.stringify(expected);
  return Object.is(actual['float'], Number(expected['float'].replace('inf', 'Infinity')));
}
