import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Sample } from '@nephometer/sample';
import { checkMetrics, eventually, startPrometheus } from '@nephometer/test-kit';
import { exampleCycles } from '../example.ts';
import { nativeNaming } from '../series/native-naming.ts';
import { valueOf } from '../series/metric.ts';
import { createExporter } from './exporter-publisher.ts';

const { signal } = new AbortController();

/** What a Prometheus that scrapes this should say: values by name and resource. */
function expected(samples: readonly Sample[]): ReadonlyMap<string, number> {
  return new Map(
    samples.map((sample) => {
      const metric = nativeNaming.metric(sample);
      return [`${metric.family.seriesName} ${sample.resourceId}`, valueOf(metric, sample.volume)];
    }),
  );
}

test('A real Prometheus scrapes ten guests for five cycles, and a guest that is gone becomes stale', async () => {
  let nowMs = 0;
  const exporter = createExporter(
    {
      address: { kind: 'tcp', host: '127.0.0.1', port: 0 },
      path: '/metrics',
      hasTimestamps: false,
      naming: nativeNaming,
      maxSeries: 1000,
    },
    () => nowMs,
  );
  try {
    const address = await exporter.listen();
    await using prometheus = await startPrometheus({ scrape: [{ address }] });
    const shown = async (): Promise<ReadonlyMap<string, number>> => {
      const series = await prometheus.query('{__name__=~"nephometer_.+"}');
      return new Map(
        series.map(({ metric, value }) => [`${metric['__name__']} ${metric['resource_id']}`, Number(value[1])]),
      );
    };
    const cycles = exampleCycles(10, 5);
    for (const samples of cycles) {
      assert.deepEqual(await exporter.publish(samples, signal), []);
      nowMs += 60_000;
      await eventually(async () =>
        assert.deepEqual(new Map([...(await shown())].sort()), new Map([...expected(samples)].sort())),
      );
    }
    const text = await (await fetch(`http://${address}/metrics`)).text();
    assert.equal(await checkMetrics(text), '');

    // Two minutes and a half after its last sample the first guest is not shown any more, and the others are.
    nowMs += 60_000;
    const others = (cycles[4] ?? []).filter(({ resourceId }) => !resourceId.startsWith('guest-0'));
    await exporter.publish(others, signal);
    nowMs += 60_000;
    await eventually(async () =>
      assert.deepEqual(new Map([...(await shown())].sort()), new Map([...expected(others)].sort())),
    );

    const types = await fetch(`${prometheus.url}/api/v1/metadata?metric=nephometer_cpu_seconds`);
    assert.match(await types.text(), /"type":"counter","help":"Meter cpu: total, in seconds\.","unit":"seconds"/);
  } finally {
    await exporter.close();
  }
});
