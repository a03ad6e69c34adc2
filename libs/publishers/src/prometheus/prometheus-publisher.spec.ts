import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runCommand, startFaultProxy, startHttpSink, startPushgateway } from '@nephometer/test-kit';
import type { HttpSink } from '@nephometer/test-kit';
import type { Sample } from '@nephometer/sample';
import { exampleCycles, exampleSample, exampleSettings } from '../example.ts';
import { recordedRequests } from '../recorded-requests.ts';
import { prometheusPublisherFactory } from './prometheus-publisher.ts';

const { signal } = new AbortController();

function publisherTo(port: number, after = '/metrics/job/ceilometer', compat: 'head' | '19.0.0' = 'head') {
  const url = `prometheus://127.0.0.1:${port}${after}`;
  assert.deepEqual(prometheusPublisherFactory.validate(url), []);
  const publisher = prometheusPublisherFactory.create(url, exampleSettings({ compat }));
  return { ...publisher, [Symbol.asyncDispose]: () => publisher.close() };
}

const sent = ({ requests }: HttpSink) => requests.map(({ path, body }) => [path, body.toString()]);

/** The series that a gateway shows of samples, without its own, as `name{labels} value`, the value as JavaScript writes it. */
function seriesIn(metrics: string): string[] {
  const lines = metrics.split('\n').filter((line) => line.includes('job="ceilometer"') && !line.startsWith('push_'));
  return lines.map((line) => line.replace(/(?<=} )\S+$/, (value) => String(Number(value))));
}

test('Requests are those of Ceilometer, byte for byte', async () => {
  const { samples, requestsOf } = recordedRequests('head');
  for (const after of ['/metrics/job/ceilometer', '/metrics/job/ceilometer/instance/h1']) {
    await using sink = await startHttpSink();
    await using publisher = publisherTo(sink.port, after);
    assert.deepEqual(await publisher.publish(samples, signal), []);
    const host = after.endsWith('h1') ? 'gw' : 'gw:9091';
    const recorded = requestsOf(`prometheus://${host}${after}${after.endsWith('h1') ? '?ssl=1' : ''}`);
    assert.deepEqual(
      sent(sink),
      recorded.map(({ POST, body }) => [
        // The gateway takes no slash in a resource the way Ceilometer writes it.
        POST.replace(/^https?:\/\/[^/]+/, '').replace('resource_id/r1%2Fa%20b', 'resource_id@base64/cjEvYSBi'),
        body,
      ]),
    );
    assert.equal(sink.requests[0]?.headers['content-type'], 'text/plain; version=0.0.4; charset=utf-8');
  }
});

test('In 19.0.0 the lines are the same but for the user, and a name that the gateway would refuse', async () => {
  const { samples, requestsOf } = recordedRequests('19.0.0');
  await using sink = await startHttpSink();
  await using publisher = publisherTo(sink.port, '/metrics/job/ceilometer?group_by_resource=no', '19.0.0');
  await publisher.publish(samples, signal);
  const [recorded] = requestsOf('prometheus://gw:9091/metrics/job/ceilometer');
  assert.deepEqual(sent(sink), [['/metrics/job/ceilometer', recorded?.body.replace('read-x', 'read_x')]]);
});

test('What the text cannot say as it stands is escaped, and of two values of a series the later one is sent', async () => {
  await using sink = await startHttpSink();
  await using publisher = publisherTo(sink.port, '/metrics/job/x/a/b');
  const odd = { userId: 'a"b\\c\nd', projectId: null };
  await publisher.publish(
    [
      exampleSample({ name: '1.ä b', type: 'gauge', volume: NaN, ...odd }),
      exampleSample({ volume: 1 }),
      exampleSample({ name: 'x', type: 'delta', volume: -Infinity }),
      exampleSample({ volume: 2, isFloat: true }),
      exampleSample({ volume: 2 ** 60, resourceId: 'r2' }),
    ],
    signal,
  );
  assert.deepEqual(sent(sink), [
    [
      '/metrics/job/x/a/b',
      '# TYPE _1___b gauge\n_1___b{resource_id="r1", user_id="a\\"b\\\\c\\nd", project_id="None"} NaN\n' +
        '# TYPE cpu counter\ncpu{resource_id="r1", user_id="u1", project_id="p1"} 2.0\n' +
        'cpu{resource_id="r2", user_id="u1", project_id="p1"} 1152921504606846976\n' +
        'x{resource_id="r1", user_id="u1", project_id="p1"} -Inf\n',
    ],
  ]);
});

test('The group is that of the path, or that of the resource', () => {
  const grouping = (after: string) => prometheusPublisherFactory.validate(`prometheus://h${after}`);
  assert.deepEqual(grouping('/metrics/job/a/?group_by_resource=1'), []);
  assert.match(grouping('/metrics/job/a/resource_id/b?group_by_resource=1')[0] ?? '', /has a resource_id already/);
  assert.match(grouping('/metrics/job/a?group_by_resource=so')[0] ?? '', /must be true or false/);
  assert.throws(() => prometheusPublisherFactory.create('prometheus://', exampleSettings()), { code: 'bad_url' });
});

test('Paths other than that of a job, and with a slash at the end, have the resource added', async () => {
  await using sink = await startHttpSink();
  for (const after of [
    '',
    '/',
    '/gw/metrics/job/a/b/c?x=1',
    '/metrics/job/a/',
    '/metrics/job/a/b/c?group_by_resource=on',
  ]) {
    await using publisher = publisherTo(sink.port, after);
    await publisher.publish([exampleSample({ resourceId: "ü'" })], signal);
  }
  const paths = ['', '', '/gw/metrics/job/a/b/c', '/metrics/job/a', '/metrics/job/a/b/c'];
  assert.deepEqual(
    sink.requests.map(({ path }) => path),
    paths.map((path) => `${path}/resource_id/%C3%BC%27${path.startsWith('/gw') ? '?x=1' : ''}`),
  );
});

test('Ten guests in five cycles: the gateway shows the last value of each, in clean text', async () => {
  const cycles = exampleCycles(10, 5);
  await using gateway = await startPushgateway();
  await using publisher = publisherTo(gateway.port);
  for (const samples of cycles) {
    assert.deepEqual(await publisher.publish(samples, signal), []);
    const metrics = await gateway.metrics();
    assert.deepEqual(seriesIn(metrics).sort(), samples.map(shownBy).sort());
  }
  const types = (await gateway.metrics()).split('\n').filter((line) => /^# TYPE (cpu|cpu_util|network\S+) /.test(line));
  assert.deepEqual(types, [
    '# TYPE cpu counter',
    '# TYPE cpu_util gauge',
    '# TYPE network_outgoing_packets_delta untyped',
  ]);
  // Ceilometer gives no help, and names no counter _total; that is all that is said against the text.
  const complaints = await runCommand('sh', ['-c', 'promtool check metrics 2>&1 || true'], {
    input: await gateway.metrics(),
  });
  const serious = complaints.split('\n').filter((line) => !/^\s*$|no help text|should have "_total" suffix/.test(line));
  assert.deepEqual(serious, []);
});

/** A sample as {@link seriesIn} gives it: labels by name, with the job, and `instance`, which the gateway adds. */
function shownBy({ name, volume, resourceId, userId, projectId }: Sample): string {
  const labels = `instance="",job="ceilometer",project_id="${projectId ?? 'None'}",resource_id="${resourceId}",user_id="${userId}"`;
  return `${name.replaceAll('.', '_')}{${labels}} ${volume}`;
}

test('Resources with odd names are groups of the gateway, and come back as they were', async () => {
  await using gateway = await startPushgateway();
  await using publisher = publisherTo(gateway.port);
  const odd = ['a/b c', '..', '.', '', '%2F', 'ü?x=1#y', '"\\', 'plain'];
  assert.deepEqual(
    await publisher.publish(
      odd.map((resourceId) => exampleSample({ resourceId })),
      signal,
    ),
    [],
  );
  const shown = seriesIn(await gateway.metrics()).map((line) => /resource_id="((?:[^"\\]|\\.)*)"/.exec(line)?.[1]);
  assert.deepEqual(shown.sort(), odd.map((id) => id.replace(/["\\]/g, '\\$&')).sort());
});

test('A metric that the gateway refuses costs no other one', async () => {
  await using gateway = await startPushgateway();
  await fetch(`http://127.0.0.1:${gateway.port}/metrics/job/other`, {
    method: 'POST',
    body: '# TYPE cpu gauge\ncpu 1\n',
  });
  await using publisher = publisherTo(gateway.port);
  const refusals = await publisher.publish(
    [
      exampleSample({ volume: 1 }),
      exampleSample({ name: 'a', type: 'gauge' }),
      exampleSample({ volume: 2 }),
      exampleSample({ name: 'b', resourceId: 'r2' }),
    ],
    signal,
  );
  assert.deepEqual(
    refusals.map(({ samples }) => samples),
    [2],
  );
  assert.match(refusals[0]?.reason ?? '', /answered 400: "pushed metrics are invalid or inconsistent .*"cpu"/);
  assert.deepEqual(
    seriesIn(await gateway.metrics()).map((line) => line.slice(0, 2)),
    ['a{', 'b{'],
  );
});

test('A gateway that is away, is killed and comes back gets the samples that failed', async () => {
  await using gateway = await startPushgateway();
  await gateway.stop();
  await using publisher = publisherTo(gateway.port);
  const samples = exampleCycles(2, 1)[0] ?? [];
  await assert.rejects(publisher.publish(samples, signal), { code: 'unreachable', isPermanent: false });
  for (let turn = 0; turn < 2; turn++) {
    await gateway.start();
    assert.deepEqual(await publisher.publish(samples, signal), []);
    assert.equal(seriesIn(await gateway.metrics()).length, samples.length);
    await gateway.stop();
    await assert.rejects(publisher.publish(samples, signal), { code: 'unreachable' });
  }
});

test('A gateway that goes silent has its deadline, and what went before is done', async () => {
  await using gateway = await startPushgateway();
  await using proxy = await startFaultProxy({ target: { host: '127.0.0.1', port: gateway.port } });
  await using publisher = publisherTo(proxy.address.port, '/metrics/job/ceilometer?timeout=0.05');
  proxy.pause();
  const samples = exampleCycles(2, 1)[0] ?? [];
  await assert.rejects(publisher.publish(samples, signal), { code: 'timeout', done: 0 });

  await using sink = await startHttpSink();
  await using other = publisherTo(sink.port);
  const ordered = ['a', 'b', 'a', 'c', 'b'].map((resourceId) => exampleSample({ resourceId }));
  sink.reply({}, {}, { status: 503, headers: { 'Retry-After': '3' } });
  // Of the batch the two first are done for sure: a and b; c is the fourth.
  await assert.rejects(other.publish(ordered, signal), { code: 'target_failed', done: 3, retryAfterMs: 3000 });
});
