import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { formatProblem } from './problem.ts';
import { parseYaml } from './yaml-document.ts';

/** A document and what PyYAML made of it; the script beside the file says how the result is written. */
type Vector = readonly [text: string, result: Result];
type Result =
  | { readonly none: true }
  | { readonly bool: boolean }
  | { readonly int: string }
  | { readonly float: string }
  | { readonly text: string }
  | { readonly date: string }
  | { readonly bytes: readonly number[] }
  | { readonly list: readonly Result[] }
  | { readonly map: Readonly<Record<string, Result>> }
  | { readonly error: string };

const vectors = JSON.parse(
  readFileSync(new URL('../testdata/yaml11-vectors.json', import.meta.url), 'utf8'),
) as readonly Vector[];

function valueOf(result: Result): unknown {
  if ('none' in result) return null;
  if ('bool' in result) return result.bool;
  if ('int' in result) return Number(result.int);
  if ('float' in result) return Number(result.float.replace('inf', 'Infinity'));
  if ('text' in result) return result.text;
  if ('date' in result) return new Date(result.date);
  if ('bytes' in result) return Uint8Array.from(result.bytes);
  if ('list' in result) return result.list.map(valueOf);
  if ('map' in result)
    return Object.fromEntries(Object.entries(result.map).map(([key, value]) => [key, valueOf(value)]));
  throw new Error(`no value: ${result.error}`);
}

test('every recorded document means what it means to PyYAML, or is refused as there', () => {
  const wrong: unknown[] = [];
  for (const [text, result] of vectors) {
    const parsed = parseYaml(text, { file: 'a.yaml', dialect: 'yaml11' });
    const value = parsed.ok ? parsed.value.value : undefined;
    const expected = 'error' in result ? undefined : valueOf(result);
    if (!isDeepStrictEqual(value, expected)) wrong.push([text, result, value]);
  }
  assert.deepEqual(wrong, []);
});

test('the recorded documents hold every kind of scalar and refusal', () => {
  const kinds = new Set(vectors.flatMap(([, result]) => kindsOf(result)));
  assert.deepEqual([...kinds].sort(), [
    'bool',
    'bytes',
    'date',
    'error',
    'float',
    'int',
    'list',
    'map',
    'none',
    'text',
  ]);
});

function kindsOf(result: Result): readonly string[] {
  if ('list' in result) return ['list', ...result.list.flatMap(kindsOf)];
  if ('map' in result) return ['map', ...Object.values(result.map).flatMap(kindsOf)];
  return Object.keys(result);
}

test('all scalars that PyYAML refuses are named at once, with their lines and what to do', () => {
  const parsed = parseYaml('a: 0x_\nb:\n  - 2024-02-30\n  - =\n  - "<<"\n=: 1\n', {
    file: 'a.yaml',
    dialect: 'yaml11',
  });
  const advice = 'correct it, or put it in quotes if it is meant as text';
  assert.deepEqual(parsed.ok ? [] : parsed.problems.map(formatProblem), [
    `a.yaml:1: a: 0x_ has the form of a number but is none; ${advice}`,
    `a.yaml:3: b[0]: 2024-02-30 has the form of a date but is none; ${advice}`,
    'a.yaml:4: b[1]: = has a meaning of its own in YAML 1.1 and cannot be a value; put it in quotes',
  ]);
});

test('files of our own may hold them', () => {
  const parsed = parseYaml('[0x_, 2024-02-30, =, <<]', { file: 'a.yaml', dialect: 'core' });
  assert.deepEqual(parsed.ok && parsed.value.value, ['0x_', '2024-02-30', '=', '<<']);
});

test('a whole number that no float64 can hold is the nearest one', () => {
  const parsed = parseYaml(`[9007199254740993, ${'9'.repeat(400)}, 1${':00'.repeat(100_000)}]`, {
    file: 'a.yaml',
    dialect: 'yaml11',
  });
  assert.deepEqual(parsed.ok && parsed.value.value, [9007199254740992, Infinity, Infinity]);
});
