import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Ledger } from '@nephometer/pipeline';
import { createSelfMetrics } from '@nephometer/service';
import { createCoordinatorMetrics } from './coordinator-metrics.ts';

test('the ledgers are counters and a gauge, as they stand at each scrape', async () => {
  const metrics = createSelfMetrics({ service: 'test', version: '0' });
  const dropped = { invalid_volume: 0, queue_full: 3, publish_failed: 0, closed: 0 };
  let ledger: Ledger = { url: 'file:///x', polled: 10, delivered: 5, queued: 2, dropped };
  const pipeline = { ledgers: () => [ledger], transformed: () => [] };
  createCoordinatorMetrics(metrics, { pipeline, cloud: undefined });
  const scrape = async (): Promise<string[]> =>
    (await metrics.text()).split('\n').filter((line) => /^nephometer_coordinator_publisher.* [^0]\d*$/.test(line));
  const prefix = 'nephometer_coordinator_publisher_samples_';
  const first = [
    `${prefix}polled_total{publisher="file:///x"} 10`,
    `${prefix}delivered_total{publisher="file:///x"} 5`,
    `${prefix}dropped_total{publisher="file:///x",reason="queue_full"} 3`,
    `${prefix}queued{publisher="file:///x"} 2`,
  ];
  assert.deepEqual(await scrape(), first);
  assert.deepEqual(await scrape(), first, 'looking does not count');
  ledger = { ...ledger, polled: 11, delivered: 8, queued: 0 };
  assert.deepEqual(await scrape(), [
    `${prefix}polled_total{publisher="file:///x"} 11`,
    `${prefix}delivered_total{publisher="file:///x"} 8`,
    `${prefix}dropped_total{publisher="file:///x",reason="queue_full"} 3`,
  ]);
  assert.match(await metrics.text(), /# TYPE nephometer_coordinator_publisher_samples_polled_total counter/);
});
