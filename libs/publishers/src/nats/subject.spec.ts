import assert from 'node:assert/strict';
import { test } from 'node:test';
import { prefixProblem, subjectOf } from './subject.ts';

test('A meter is a subject below the prefix, and what subjects cannot have becomes an underscore', () => {
  const table = [
    ['cpu', 'ceilometer.cpu'],
    ['disk.device.read.bytes', 'ceilometer.disk.device.read.bytes'],
    ['a b*c>d\te', 'ceilometer.a_b_c_d_e'],
    ['.a..b.', 'ceilometer._.a._.b._'],
    ['', 'ceilometer._'],
    ['größe.世', 'ceilometer.größe.世'],
    ['a\u0000\r\nPUB x 1', 'ceilometer.a___PUB_x_1'],
  ] as const;
  for (const [meter, subject] of table) assert.equal(subjectOf('ceilometer', meter), subject);
});

test('A prefix is words with dots between them', () => {
  for (const prefix of ['ceilometer', 'a.b.c', 'a-b_c']) assert.equal(prefixProblem(prefix), undefined);
  for (const prefix of ['', '.', 'a.', 'a..b', 'a b', 'a.*', '>', 'a/b']) {
    assert.match(prefixProblem(prefix) ?? '', /is not the beginning of a subject/);
  }
  assert.match(prefixProblem('$JS.API') ?? '', /the server's own/);
});
