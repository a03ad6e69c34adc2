import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startGnocchi } from './gnocchi.ts';

test('A Gnocchi stores measures, and still has them after it was stopped', async () => {
  await using gnocchi = await startGnocchi();
  const id = '5f2e1b60-7b2c-4a4e-9d0f-000000000001';
  const measures = [
    { timestamp: '2026-01-02T03:04:05', value: 1 },
    { timestamp: '2026-01-02T03:04:06', value: 3 },
  ];
  await gnocchi.ask('POST', 'resource/generic', { id, metrics: { cpu: { archive_policy_name: 'low' } } });
  await gnocchi.ask('POST', 'batch/resources/metrics/measures', { [id]: { cpu: measures } });
  const stored = [['2026-01-02T03:00:00+00:00', 300, 2]];
  assert.deepEqual(await gnocchi.measures('generic', id, 'cpu'), stored);
  await gnocchi.stop();
  await assert.rejects(gnocchi.get('status'), /fetch failed/);
  await gnocchi.start();
  assert.deepEqual(await gnocchi.measures('generic', id, 'cpu'), stored);
  await assert.rejects(gnocchi.get('resource/generic/none'), /answered 404/);
});
