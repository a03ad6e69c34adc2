import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dropReasons } from '@nephometer/delivery';
import type { Ledger } from '@nephometer/delivery';
import { createSelfMetrics } from '@nephometer/service';
import { createCoordinatorMetrics } from './coordinator-metrics.ts';

test('the ledgers are counters and a gauge, as they stand at each scrape', async () => {
  const metrics = createSelfMetrics({ service: 'test', version: '0' });
  const none = Object.fromEntries(dropReasons.map((reason) => [reason, 0])) as Ledger['dropped'];
  const dropped = { ...none, queue_full: 3 };
  let ledger: Ledger = { publisher: 'file:///x', polled: 10, delivered: 5, queued: 2, dropped };
  createCoordinatorMetrics(metrics, {
    pipeline: { transformed: () => [] },
    ledgers: () => [ledger],
    cloud: undefined,
  });
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
