import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createSelfMetrics } from './self-metrics.ts';

const settings = { service: 'inspector', version: '1.2.3' };

test('a new registry tells the build and the process', async () => {
  const metrics = createSelfMetrics(settings);
  const text = await metrics.text();
  assert.ok(
    text.includes(`nephometer_build_info{service="inspector",version="1.2.3",node="${process.versions.node}"} 1\n`),
  );
  assert.match(text, /^process_cpu_user_seconds_total /m);
  assert.match(metrics.contentType, /^text\/plain; version=0\.0\.4/);
});

test('counters, gauges and histograms appear in the text', async () => {
  const metrics = createSelfMetrics(settings);
  const counter = metrics.counter({ name: 'nephometer_calls_total', help: 'Calls.', labelNames: ['method'] });
  counter.inc({ method: 'GetHost' }, 2);
  metrics.gauge({ name: 'nephometer_connected', help: 'Connected.', collect: (gauge) => gauge.set(7) });
  metrics.histogram({ name: 'nephometer_read_seconds', help: 'Reading.', buckets: [0.1, 1] }).observe(0.5);
  const text = await metrics.text();
  assert.match(text, /^nephometer_calls_total\{method="GetHost"\} 2$/m);
  assert.match(text, /^nephometer_connected 7$/m);
  assert.match(text, /^nephometer_read_seconds_bucket\{le="0\.1"\} 0$/m);
  assert.match(text, /^nephometer_read_seconds_bucket\{le="1"\} 1$/m);
});

test('two services in one process do not mix, and one does not take a name twice', () => {
  const [one, other] = [createSelfMetrics(settings), createSelfMetrics(settings)];
  const metric = { name: 'nephometer_calls_total', help: 'Calls.' };
  one.counter(metric);
  other.counter(metric);
  assert.throws(() => one.counter(metric), /nephometer_calls_total/);
});
