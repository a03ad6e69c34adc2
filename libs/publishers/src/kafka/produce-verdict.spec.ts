import assert from 'node:assert/strict';
import { test } from 'node:test';
import { errorsIn, judgeFailure } from './produce-verdict.ts';

/** An error of the library with a broker's answer for one partition. */
function answered(errorCode: number, errorMessage: string | null = null): Error {
  const response = { responses: [{ name: 't', partitionResponses: [{ index: 0, errorCode, errorMessage }] }] };
  return Object.assign(new AggregateError([]), { response });
}

test('What a broker said of one of several attempts decides', () => {
  const lost = new Error('Connection closed');
  const table = [
    [new AggregateError([lost, answered(46)]), { kind: 'stored' }],
    [new AggregateError([answered(0), lost]), { kind: 'stored' }],
    [answered(10), { kind: 'refused', reason: 'it is larger than the brokers take (message.max.bytes)' }],
    [
      new AggregateError([answered(6), new Error('x', { cause: answered(87, 'no schema') })]),
      {
        kind: 'refused',
        reason: 'the brokers do not take such a record: no schema',
      },
    ],
  ] as const;
  for (const [error, verdict] of table) assert.deepEqual(judgeFailure(error), verdict);
  // A refusal that was followed by something else may not be the last word.
  for (const error of [lost, answered(19), new AggregateError([answered(10), answered(6)]), undefined]) {
    assert.deepEqual(judgeFailure(error), { kind: 'failed', error });
  }
});

test('Errors within errors are each found once, even in a circle', () => {
  const inner = new Error('inner');
  const outer = new AggregateError([inner, inner], 'outer', { cause: inner });
  inner.cause = outer;
  assert.deepEqual([...errorsIn(outer)], [outer, inner]);
  assert.deepEqual([...errorsIn('text')], []);
});
