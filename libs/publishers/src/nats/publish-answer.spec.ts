import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readAnswer } from './publish-answer.ts';

test('What the server says to a message is one of four things', () => {
  const error = (code: number, description?: string) =>
    JSON.stringify({ error: { code: 400, err_code: code, description } });
  const table = [
    [0, '{"stream":"s","seq":1}', { kind: 'stored' }],
    [0, '{"stream":"s","seq":1,"duplicate":true}', { kind: 'stored' }],
    [503, '', { kind: 'nobody' }],
    [
      0,
      error(10054, 'message size exceeds maximum allowed'),
      { kind: 'refused', reason: 'message size exceeds maximum allowed' },
    ],
    [0, error(10077, 'maximum bytes exceeded'), { kind: 'failed', errorCode: 10077, words: 'maximum bytes exceeded' }],
    [0, error(1), { kind: 'failed', errorCode: 1, words: 'it gives no reason' }],
  ] as const;
  for (const [status, text, answer] of table) assert.deepEqual(readAnswer(status, text), answer);
  for (const text of ['', '{', 'null', '[]', '"x"', '{"stream":7}', '{"error":null}']) {
    assert.notEqual(readAnswer(0, text).kind, 'stored', text);
  }
});
