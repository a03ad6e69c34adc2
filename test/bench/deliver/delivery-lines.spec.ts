import assert from 'node:assert/strict';
import { test } from 'node:test';
import { publisherFactories } from '@nephometer/publishers';
import { deliveryLines } from './delivery-lines.ts';
import { summary } from './measure-contenders.ts';
import type { Measured } from './measure-contenders.ts';
import { shownName } from './publisher-contenders.ts';
import { targets } from './targets.ts';

const turn = (wallMs: number, cpuUs: number): { wallMs: number; cpuUs: number; mainCpuUs: number } => ({
  wallMs,
  cpuUs,
  mainCpuUs: cpuUs / 2,
});

const first = [turn(0.001, 1), turn(0.002, 2), turn(0.004, 2)];

function measured(name: string, turns: readonly ReturnType<typeof turn>[], queue: 'disk' | 'memory'): Measured {
  return { name, queue, samplesPerTurn: 1000, ...summary(turns, first) };
}

const counting = measured('counting publisher', first, 'memory');
const file = measured('file json', [turn(0.002, 4), turn(0.002, 2), turn(0.002, 2)], 'memory');

test('ratios are those of the same round, and their medians those of all rounds', () => {
  const { ofFirst, cpuUs, mainCpuUs, samplesPerSecond } = file;
  assert.deepEqual(ofFirst.cpu, { median: 1, q1: 1, q3: 2.5, min: 1, max: 4 });
  assert.deepEqual(ofFirst.speed, { median: 1, q1: 0.75, q3: 1.5, min: 0.5, max: 2 });
  assert.deepEqual([cpuUs.median, mainCpuUs.median, samplesPerSecond.median], [2, 1, 500_000]);
});

test('a subject has a row for each contender but the counting publisher, which has one only among the shared steps', () => {
  const result = { guests: 50, samplesPerCycle: 2050, missing: [] };
  const shared = { subject: 'shared', measured: [counting], remarks: [] };
  const subjects = [shared, { subject: 'file', measured: [counting, file], remarks: ['rotated'] }];
  const lines = deliveryLines('Title', { ...result, subjects }, 3);
  assert.deepEqual(lines.slice(0, 2), [
    'Title',
    '50 guests, 2,050 samples a cycle; median of 3 rounds (first to third quartile)',
  ]);
  const rows = lines.filter((line) => line.startsWith('  ')).map((line) => line.trim().split(/ {2,}/));
  assert.deepEqual(rows.slice(1), [
    [
      'counting publisher',
      'memory',
      '1.00 (1.00 to 1.00)',
      '1.00 (1.00 to 1.00)',
      '2.00 (1.50 to 2.00)',
      '1.00',
      '500,000',
    ],
    ['file json', 'memory', '1.00 (1.00 to 2.50)', '1.00 (0.75 to 1.50)', '2.00 (2.00 to 3.00)', '1.00', '500,000'],
  ]);
  assert.deepEqual(lines.slice(-2), [
    'budget of file json (memory): 300,000 samples/s of one core; reached 500,000: kept',
    'file: rotated',
  ]);
});

test('a budget that is missed is called so', () => {
  const slow = measured('remotewrite', [turn(1, 5), turn(1, 5), turn(1, 5)], 'disk');
  const subjects = [{ subject: 'remotewrite', measured: [counting, slow], remarks: [] }];
  const lines = deliveryLines('', { guests: 1, samplesPerCycle: 41, subjects, missing: [] }, 3);
  assert.match(lines.at(-1) ?? '', /^budget of remotewrite \(disk\): .* reached 200,000: MISSED$/);
});

test('what was not measured has a row with the reason', () => {
  const missing = [{ subject: 'gnocchi', reason: 'it did not start' }];
  const lines = deliveryLines('', { guests: 1, samplesPerCycle: 0, subjects: [], missing }, 1);
  assert.ok(lines.some((line) => /^ {2}gnocchi +not measured: it did not start$/.test(line)));
});

test('each registered publisher has a target', () => {
  assert.deepEqual(
    publisherFactories.map(({ scheme }) => scheme).filter((scheme) => !(scheme in targets)),
    [],
  );
});

test('a contender is called by its scheme and what tells it apart', () => {
  assert.equal(shownName('file:///tmp/x?max_bytes=1&backup_count=1&json'), 'file json');
  assert.equal(shownName('otlp://127.0.0.1:4318?protocol=http'), 'otlp protocol=http');
  assert.equal(shownName('gnocchi://admin:secret@127.0.0.1:8041/?auth=basic'), 'gnocchi');
});
