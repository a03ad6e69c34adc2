import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeError, formatError } from './describe-error.ts';

class CodedError extends Error {
  override readonly name = 'CodedError';
  readonly code = 'monitor-hung';
}

test('an error is described with its code and its chain of causes', () => {
  const error = new CodedError('reading failed', { cause: new TypeError('connection lost', { cause: 'ECONNRESET' }) });
  const { stack, ...rest } = describeError(error);
  assert.match(stack ?? '', /describe-error\.spec/);
  assert.deepEqual(rest, {
    type: 'CodedError',
    message: 'reading failed',
    code: 'monitor-hung',
    cause: { type: 'TypeError', message: 'connection lost', cause: { type: 'string', message: 'ECONNRESET' } },
  });
});

test('the errors of an AggregateError are described, at most ten', () => {
  const errors = Array.from({ length: 12 }, (_, index) => new Error(`address ${index}`));
  assert.deepEqual(
    describeError(new AggregateError(errors, 'no address')).errors?.map((error) => error.message),
    errors.slice(0, 10).map((error) => error.message),
  );
});

test('an error that is its own cause ends', () => {
  const error = new Error('round');
  error.cause = error;
  assert.equal(formatError(error), 'round');
});

for (const [thrown, text] of [
  [undefined, 'undefined'],
  [null, 'null'],
  ['text', 'text'],
  [{ a: 1 }, '{"a":1}'],
  [Object.create(null), '{}'],
  [10n, '10'],
  [Symbol('s'), 'Symbol(s)'],
] as const) {
  test(`what is thrown may be no error: ${text}`, () => {
    assert.equal(formatError(thrown), text);
  });
}

test('an object that cannot be written as JSON has its kind as message', () => {
  const round: Record<string, unknown> = {};
  round['self'] = round;
  assert.equal(formatError(round), '[object Object]');
});

test('the line of an error has each message once, and the class where there is no message', () => {
  const cause = new Error('ECONNREFUSED');
  assert.equal(formatError(new Error('host a: ECONNREFUSED', { cause })), 'host a: ECONNREFUSED');
  assert.equal(formatError(new Error('host a', { cause: new CodedError() })), 'host a: CodedError');
});
