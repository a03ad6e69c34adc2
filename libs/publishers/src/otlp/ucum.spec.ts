import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toUcum } from './ucum.ts';

test('Units become those of UCUM; what is counted is an annotation in the singular', () => {
  const table = [
    ['ns', 'ns'],
    ['B', 'By'],
    ['MB', 'MiBy'],
    ['MiB', 'MiBy'],
    ['GiB', 'GiBy'],
    ['%', '%'],
    ['packet', '{packet}'],
    ['request', '{request}'],
    ['vcpu', '{vcpu}'],
    ['B/s', 'By/s'],
    ['requests/s', '{request}/s'],
    ['count/s', '{count}/s'],
    ['/s', '1/s'],
    ['', ''],
    ['a {b} ü/x', '{a__b___/x}'],
    ['toString', '{toString}'],
  ] as const;
  for (const [unit, expected] of table) assert.equal(toUcum(unit), expected, unit);
});
