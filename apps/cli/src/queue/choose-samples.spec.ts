import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createSampleFilter, parseUtc } from './choose-samples.ts';
import type { SampleChoice } from './choose-samples.ts';
import { exampleReading } from './example.ts';

const samples = [exampleReading(1), exampleReading(2)].flat();

const cases: readonly [choice: SampleChoice, ids: readonly string[]][] = [
  [{ meters: ['cpu'] }, ['guest-a cpu 1', 'guest-b cpu 1', 'guest-a cpu 2', 'guest-b cpu 2']],
  [{ meters: ['!disk.*'], resources: ['guest-a'] }, ['guest-a cpu 1', 'guest-a cpu 2']],
  [
    { resources: ['guest-b*'], untilMs: parseUtc('2026-07-21T13:02') },
    ['guest-b cpu 1', 'guest-b-vda disk.device.read.bytes 1'],
  ],
  [{ meters: ['cpu'], sinceMs: parseUtc('2026-07-21 13:02:00') }, ['guest-a cpu 2', 'guest-b cpu 2']],
  [{ resources: ['guest'] }, []],
];

for (const [choice, ids] of cases) {
  test(`${JSON.stringify(choice)} means ${ids.length} samples`, () => {
    const isChosen = createSampleFilter(choice);
    assert.deepEqual(
      samples.filter((sample) => isChosen?.(sample)).map((sample) => sample.id.replace('  ', ' ')),
      ids,
    );
  });
}

test('Without a choice there is no filter', () => assert.equal(createSampleFilter({}), undefined));

const times: readonly [text: string, atMs: number][] = [
  ['2026-07-21', Date.UTC(2026, 6, 21)],
  ['2026-07-21T13:56:12', Date.UTC(2026, 6, 21, 13, 56, 12)],
  ['2026-07-21T13:56:12.123456', Date.UTC(2026, 6, 21, 13, 56, 12, 123)],
  ['2026-07-21T13:56:12Z', Date.UTC(2026, 6, 21, 13, 56, 12)],
  ['2026-07-21T13:56+02:00', Date.UTC(2026, 6, 21, 11, 56)],
  ['2026-07-21 13:56', Date.UTC(2026, 6, 21, 13, 56)],
  ['yesterday', NaN],
  ['2026-13-01', NaN],
  ['13:56', NaN],
];

for (const [text, atMs] of times) test(`"${text}" is ${atMs}`, () => assert.equal(parseUtc(text), atMs));
