import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answerError } from './answer-error.ts';
import type { HttpAnswer } from './http-target.ts';

function answerOf(status: number, headers: HttpAnswer['headers'] = {}, words = ''): HttpAnswer {
  return { target: 'http://h/p', status, headers, body: Buffer.alloc(0), words };
}

test('Each status is told: what passes, what is for ever, and what to check', () => {
  const verdicts = [301, 304, 400, 401, 403, 404, 408, 409, 413, 415, 422, 425, 429, 500, 503].map((status) => {
    const { code, isPermanent } = answerError(answerOf(status));
    return `${status} ${code}${isPermanent ? ' for ever' : ''}`;
  });
  assert.deepEqual(verdicts, [
    '301 bad_answer',
    '304 bad_answer',
    '400 refused for ever',
    '401 unauthorized',
    '403 unauthorized',
    '404 refused',
    '408 target_failed',
    '409 refused',
    '413 refused for ever',
    '415 refused for ever',
    '422 refused for ever',
    '425 target_failed',
    '429 target_failed',
    '500 target_failed',
    '503 target_failed',
  ]);
});

test('A publisher may decide which status is for ever, but not of those that pass by their nature', () => {
  const isPermanent = () => true;
  for (const status of [401, 403, 407, 408, 425, 429, 500, 302]) {
    assert.equal(answerError(answerOf(status), { isPermanent }).isPermanent, false);
  }
  assert.equal(answerError(answerOf(404), { isPermanent }).isPermanent, true);
});

test('The message has what the server said, and advice', () => {
  assert.equal(answerError(answerOf(500)).message, 'http://h/p answered 500');
  assert.equal(
    answerError(answerOf(401, {}, 'who are you?')).message,
    'http://h/p answered 401: "who are you?"; check the user and the password',
  );
  assert.equal(
    answerError(answerOf(308, { location: 'https://u:pw@h/p?token=t' })).message,
    'http://h/p answered 308; redirects are not followed, this one goes to https://h/p',
  );
});

test('What is done of a batch is passed on', () => {
  assert.equal(answerError(answerOf(500), { done: 3 }).done, 3);
  assert.equal(answerError(answerOf(500)).done, 0);
});

test('Retry-After is seconds or a date by the server’s clock, at most an hour, and not of what is for ever', () => {
  const date = 'Wed, 21 Oct 2026 07:28:00 GMT';
  for (const [retryAfter, more, expected] of [
    ['7', {}, 7000],
    ['0', {}, 0],
    ['99999999', {}, 3_600_000],
    ['Wed, 21 Oct 2026 07:28:30 GMT', { date }, 30_000],
    ['Wed, 21 Oct 2026 07:20:00 GMT', { date }, 0],
    ['Wed, 21 Oct 2015 07:28:00 GMT', {}, 0],
    ['Wed, 21 Oct 2015 07:28:00 GMT', { date: 'today' }, 0],
    ['soon', {}, undefined],
    ['-5', { date: 'x' }, 0],
    ['', {}, undefined],
  ] as const) {
    assert.equal(answerError(answerOf(503, { 'retry-after': retryAfter, ...more })).retryAfterMs, expected, retryAfter);
  }
  assert.equal(answerError(answerOf(429)).retryAfterMs, undefined);
  assert.equal(answerError(answerOf(400, { 'retry-after': '7' })).retryAfterMs, undefined);
});
