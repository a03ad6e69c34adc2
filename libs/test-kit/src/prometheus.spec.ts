import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventually } from './eventually.ts';
import { checkMetrics, startPrometheus } from './prometheus.ts';

test('A Prometheus scrapes, answers queries, and keeps its data when it is killed and started again', async () => {
  await using scraped = await startPrometheus();
  await using prometheus = await startPrometheus({ scrape: [{ address: `127.0.0.1:${scraped.port}` }] });
  const up = await eventually(async () => {
    const [series] = await prometheus.query('up');
    assert.equal(series?.value[1], '1');
    return series;
  });
  assert.equal(up.metric['instance'], `127.0.0.1:${scraped.port}`);
  await prometheus.kill();
  await assert.rejects(prometheus.query('up'));
  await prometheus.start();
  const [time] = up.value;
  const range = { start: time, end: time, step: 1 };
  assert.deepEqual((await prometheus.queryRange('up', range))[0]?.value, [up.value]);
  await assert.rejects(prometheus.query('up{'), /400.*parse error/);
});

test('What promtool has against a text is said', async () => {
  assert.equal(await checkMetrics('# HELP a_bytes A.\n# TYPE a_bytes gauge\na_bytes 1\n'), '');
  await assert.rejects(checkMetrics('# HELP a_total A.\n# TYPE a_total gauge\na_total 1\n'), /_total/);
});
