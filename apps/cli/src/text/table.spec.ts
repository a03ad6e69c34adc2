import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { displayWidth } from './display-width.ts';
import { layOutTable } from './table.ts';
import type { Column } from './table.ts';

const columns: readonly Column[] = [
  { title: 'NAME', minimum: 6 },
  { title: 'MEMORY', align: 'right' },
  { title: 'DISK', align: 'right', leaveOut: 1 },
  { title: 'NETWORK', align: 'right', leaveOut: 2 },
];
const rows = [
  ['instance-0000002a', '1.00 GiB', '12', '7'],
  ['東京', '512 MiB', '3', '10000'],
];

test('columns are as wide as their widest cell, also with wide characters', () => {
  assert.deepEqual(layOutTable(columns, rows), {
    lines: [
      'NAME                 MEMORY  DISK  NETWORK',
      'instance-0000002a  1.00 GiB    12        7',
      '東京                512 MiB     3    10000',
    ],
    leftOut: [],
  });
});

test('in a narrow terminal names are cut first', () => {
  assert.deepEqual(layOutTable(columns, rows, 36).lines, [
    'NAME           MEMORY  DISK  NETWORK',
    'instance-0…  1.00 GiB    12        7',
    '東京          512 MiB     3    10000',
  ]);
});

test('in a narrower one the columns that matter least are left out, and named', () => {
  assert.deepEqual(layOutTable(columns, rows, 24), {
    lines: ['NAME        MEMORY  DISK', 'instanc…  1.00 GiB    12', '東京       512 MiB     3'],
    leftOut: ['NETWORK'],
  });
  assert.deepEqual(layOutTable(columns, rows, 16).leftOut, ['DISK', 'NETWORK']);
});

test('in one that is narrower still lines are cut at its edge', () => {
  assert.deepEqual(layOutTable(columns, rows, 10).lines, ['NAME     …', 'insta…  1…', '東京     …']);
});

test('a table without rows is its head line', () => {
  assert.deepEqual(layOutTable(columns, []).lines, ['NAME  MEMORY  DISK  NETWORK']);
});

test('control characters in cells are escaped', () => {
  assert.deepEqual(layOutTable([{ title: 'A' }], [['x\x1b[2J\ny']]).lines, ['A', 'x\\x1b[2J\\x0ay']);
});

test('no line is ever wider than the terminal', () => {
  const cell = fc.string({ unit: 'grapheme', maxLength: 30 });
  fc.assert(
    fc.property(
      fc.array(fc.array(cell, { maxLength: 4 }), { maxLength: 5 }),
      fc.integer({ min: 1, max: 90 }),
      (cells, width) => {
        for (const line of layOutTable(columns, cells, width).lines) assert.ok(displayWidth(line) <= width, line);
      },
    ),
  );
});
