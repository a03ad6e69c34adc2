import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatPath, formatProblem } from './problem.ts';

test('a problem is one line: file, line, path, message', () => {
  const problem = { file: 'polling.yaml', line: 12, path: 'sources[0].interval', message: 'Missing interval value' };
  assert.equal(formatProblem(problem), 'polling.yaml:12: sources[0].interval: Missing interval value');
});

test('a problem without a place is file and message', () => {
  assert.equal(formatProblem({ file: '--listen', path: '', message: 'no port' }), '--listen: no port');
});

for (const [path, text] of [
  [[], ''],
  [['sources'], 'sources'],
  [['sources', 0, 'meters', 3], 'sources[0].meters[3]'],
  [[0, 'a'], '[0].a'],
  [['a', 'x.y', ''], 'a["x.y"][""]'],
] as const) {
  test(`the path ${JSON.stringify(path)} is written as "${text}"`, () => {
    assert.equal(formatPath(path), text);
  });
}
