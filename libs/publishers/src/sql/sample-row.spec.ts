import assert from 'node:assert/strict';
import { test } from 'node:test';
import { exampleSample } from '../example.ts';
import { createRefusals } from '../refusals.ts';
import { createSampleRows } from './sample-row.ts';

test('A row has the time in microseconds and the id in digits', () => {
  const refusals = createRefusals();
  const [row, ...others] = createSampleRows().of([exampleSample({ isFloat: true })], 0, refusals);
  assert.deepEqual(others, []);
  assert.deepEqual(
    { ...row, resource: row?.resource.resourceId, meter: { ...row?.meter, key: '' } },
    {
      timeUs: Date.UTC(2026, 0, 2, 3, 4, 5) * 1000 + 678_901,
      id: '11111111222211e58888000000000001',
      volume: 5,
      monotonicTime: 5.5,
      meter: { key: '', name: 'cpu', type: 'cumulative', unit: 'ns', isFloat: true },
      resource: 'r1',
    },
  );
});

test('Samples that no database takes are refused with the reason, and the others stay in order', () => {
  const refusals = createRefusals();
  const good = [exampleSample({ volume: 1 }), exampleSample({ volume: 2 })];
  const bad = [
    exampleSample({ timestamp: 'yesterday' }),
    exampleSample({ timestamp: '1969-12-31T23:59:59' }),
    exampleSample({ timestamp: '9999-01-01T00:00:00' }),
    exampleSample({ timestamp: '2025-12-31T23:59:59' }),
    exampleSample({ volume: Infinity }),
    exampleSample({ volume: NaN }),
    exampleSample({ id: 'sample-1' }),
  ];
  const oldest = Date.UTC(2026, 0, 1) * 1000;
  const rows = createSampleRows().of([...good.slice(0, 1), ...bad, ...good.slice(1)], oldest, refusals);
  assert.deepEqual(
    rows.map(({ volume }) => volume),
    [1, 2],
  );
  assert.deepEqual(refusals.list(), [
    { samples: 3, reason: 'the timestamp is no time from 1970 to 2255' },
    { samples: 1, reason: 'the sample is older than the retention' },
    { samples: 2, reason: 'the volume is no finite number' },
    { samples: 1, reason: 'the id is no UUID' },
  ]);
});
