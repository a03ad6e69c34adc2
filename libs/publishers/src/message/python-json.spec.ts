import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parsePythonJson, pythonJson } from './python-json.ts';
import { floatValue, PythonFloat } from './python-value.ts';
import { readTestdata } from './recorded.ts';

const vectors = JSON.parse(readTestdata('signature-vectors.json')) as readonly { readonly json: string }[];

test('What Python wrote is read and written again byte for byte', () => {
  for (const { json } of vectors) assert.equal(pythonJson(parsePythonJson(json)), json);
});

test('A float stays a float, and an integer keeps its digits', () => {
  assert.deepEqual(parsePythonJson('[512.0, 512, 1e3, 0.5, -0.0, -0]'), [
    new PythonFloat(512),
    512,
    new PythonFloat(1000),
    0.5,
    new PythonFloat(-0),
    -0,
  ]);
  assert.deepEqual(parsePythonJson('[9007199254740991, 9007199254740993, -18446744073709551616]'), [
    9007199254740991,
    9007199254740993n,
    -18446744073709551616n,
  ]);
});

test('An integer beyond what JavaScript writes in digits has no exponent, and minus zero no sign', () => {
  assert.equal(pythonJson([2 ** 80, -(2 ** 70), -0]), '[1208925819614629174706176, -1180591620717411303424, 0]');
});

test('All beyond printable ASCII is escaped, as two halves beyond U+FFFF', () => {
  assert.equal(
    pythonJson('é\u007f\u{1f600}\ud800"\\/\n\u0001'),
    '"\\u00e9\\u007f\\ud83d\\ude00\\ud800\\"\\\\/\\n\\u0001"',
  );
});

test('What JSON cannot say is null', () => {
  assert.equal(pythonJson([NaN, Infinity, -Infinity]), '[null, null, null]');
  assert.deepEqual([NaN, Infinity, 0.5, 2].map(floatValue), [null, null, 0.5, new PythonFloat(2)]);
});

test('A key that is special to JavaScript is a key like others', () => {
  const json = '{"__proto__": {"constructor": 1.0}, "toString": null}';
  assert.equal(pythonJson(parsePythonJson(json)), json);
});

test('Text that is not JSON is refused', () => {
  for (const text of ['', '{', '{"a": NaN}', '[1.]', "{'a': 1}"]) {
    assert.throws(() => parsePythonJson(text), SyntaxError);
  }
});
