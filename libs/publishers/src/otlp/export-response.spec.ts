import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeExportResponse, decodeStatus, parseExportResponse } from './export-response.ts';

// Written down from the definitions, byte by byte.
const text = (field: number, value: string): number[] => [field * 8 + 2, value.length, ...Buffer.from(value)];
const message = (field: number, value: readonly number[]): number[] => [field * 8 + 2, value.length, ...value];
const bytes = (...parts: readonly (readonly number[])[]): Uint8Array => Uint8Array.from(parts.flat());

test('An empty answer says that all is well', () => {
  assert.deepEqual(decodeExportResponse(bytes()), { rejected: 0, message: '' });
  assert.deepEqual(decodeExportResponse(bytes(message(1, []))), { rejected: 0, message: '' });
});

test('A partial success has a number and a text; fields that are not known are passed over', () => {
  const partial = [1 * 8, 0xac, 0x02, ...text(2, 'too old'), ...text(9, 'new')];
  assert.deepEqual(decodeExportResponse(bytes(text(7, 'x'), message(1, partial), [2 * 8, 5])), {
    rejected: 300,
    message: 'too old',
  });
});

test('What is no such message is an error', () => {
  for (const wrong of ['<html>', '{"a":1}', 'ok', '\n\x05abc']) {
    assert.throws(() => decodeExportResponse(Buffer.from(wrong)), wrong);
  }
});

test('The same is read in JSON', () => {
  const table = [
    ['{}', { rejected: 0, message: '' }],
    ['{"partialSuccess":{}}', { rejected: 0, message: '' }],
    ['{"partialSuccess":{"rejectedDataPoints":"3","errorMessage":"no"}}', { rejected: 3, message: 'no' }],
    ['{"partialSuccess":{"rejectedDataPoints":2}}', { rejected: 2, message: '' }],
    ['{"partialSuccess":{"rejectedDataPoints":"many","errorMessage":1}}', { rejected: 0, message: '' }],
    ['{"partialSuccess":{"rejectedDataPoints":1.5}}', { rejected: 0, message: '' }],
    ['"ok"', { rejected: 0, message: '' }],
  ] as const;
  for (const [json, expected] of table) assert.deepEqual(parseExportResponse(Buffer.from(json)), expected, json);
  assert.throws(() => parseExportResponse(Buffer.from('ok')));
});

test('A status tells its message and how long to wait', () => {
  const retryInfo = (duration: readonly number[]): readonly number[] =>
    message(3, [...text(1, 'type.googleapis.com/google.rpc.RetryInfo'), ...message(2, message(1, duration))]);
  const other = message(3, [...text(1, 'type.googleapis.com/google.rpc.DebugInfo'), ...text(2, 'xyz')]);
  // 2.5 s
  const delay = [1 * 8, 2, 2 * 8, 0x80, 0xca, 0xb5, 0xee, 0x01];
  assert.deepEqual(decodeStatus(bytes([1 * 8, 14], text(2, 'busy'), other, retryInfo(delay))), {
    message: 'busy',
    retryDelayMs: 2500,
  });
  assert.deepEqual(decodeStatus(bytes(retryInfo([]))), { message: '', retryDelayMs: 0 });
  assert.deepEqual(decodeStatus(bytes(text(2, 'no'), other)), { message: 'no' });
});
