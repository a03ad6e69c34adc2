import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Publisher } from '@nephometer/plugin';
import type { Sample } from '@nephometer/sample';
import { startPrometheus } from '@nephometer/test-kit';
import type { PrometheusOptions, TestPrometheus } from '@nephometer/test-kit';
import { exampleCycles } from '../example.ts';
import { nativeNaming } from '../series/native-naming.ts';
import { valueOf } from '../series/metric.ts';
import { parseRemoteWriteOptions } from './remotewrite-options.ts';
import { createRemoteWritePublisher } from './remotewrite-publisher.ts';

const { signal } = new AbortController();

/** Of the first example cycle, in seconds since 1970; the others follow each minute. */
const begin = Date.UTC(2026, 0, 2, 3, 4) / 1000;
const anySeries = '{__name__=~".+"}';

/** A Prometheus and a way to make publishers to it, whose clock is that of the samples. All go at the end. */
async function setUp(options: PrometheusOptions = {}) {
  const prometheus = await startPrometheus(options);
  const publishers: Publisher[] = [];
  const clock = { nowMs: 0 };
  return {
    prometheus,
    clock,
    create(query = ''): Publisher {
      const parsed = parseRemoteWriteOptions(`remotewrite://127.0.0.1:${prometheus.port}${query}`);
      assert.ok(parsed.ok);
      const publisher = createRemoteWritePublisher(parsed.options, () => clock.nowMs);
      publishers.push(publisher);
      return publisher;
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(publishers.map((publisher) => publisher.close()));
      await prometheus[Symbol.asyncDispose]();
    },
  };
}

const keyOf = (name: string, resource: string, second: number): string => `${name} ${resource} ${second}`;

/** What Prometheus says at each minute of so many cycles, sorted. */
async function stored(prometheus: TestPrometheus, cycles: number): Promise<readonly (readonly [string, number])[]> {
  // A second later: samples have fractions of one.
  const range = { start: begin + 1, end: begin + 1 + 60 * (cycles - 1), step: 60 };
  const series = await prometheus.queryRange(anySeries, range);
  return series
    .flatMap(({ metric, value }) =>
      value.map(([time, text]) => {
        return [keyOf(metric['__name__'] ?? '', metric['resource_id'] ?? '', time - 1), Number(text)] as const;
      }),
    )
    .sort();
}

function expected(samples: readonly Sample[]): readonly (readonly [string, number])[] {
  return samples
    .map((sample) => {
      const metric = nativeNaming.metric(sample);
      const second = Math.floor(Date.parse(`${sample.timestamp}Z`) / 1000);
      return [keyOf(metric.family.seriesName, sample.resourceId, second), valueOf(metric, sample.volume)] as const;
    })
    .sort();
}

const withoutFirst = (samples: readonly Sample[]): readonly Sample[] =>
  samples.filter(({ resourceId }) => !resourceId.startsWith('guest-0'));

test('Ten guests over five cycles arrive in a real Prometheus with the right values', async () => {
  await using given = await setUp();
  const publisher = given.create();
  const cycles = exampleCycles(10, 5);
  for (const samples of cycles) assert.deepEqual(await publisher.publish(samples, signal), []);
  assert.deepEqual(await stored(given.prometheus, 5), expected(cycles.flat()));
  const [rate] = await given.prometheus.query(
    'rate(nephometer_cpu_seconds_total{instance_id="guest-3"}[5m])',
    begin + 241,
  );
  assert.equal(rate?.value[1], '1');
  assert.deepEqual(rate.metric, {
    flavor: 'm1.tiny',
    instance_id: 'guest-3',
    instance_name: 'wéb-3 "世" 🖥',
    project_id: 'p3',
    resource_id: 'guest-3',
    user_id: 'u1',
  });
});

test('The names may be those of Ceilometer’s exporter', async () => {
  await using given = await setUp();
  await given.create('?compat=ceilometer').publish(exampleCycles(1, 1).flat(), signal);
  const [cpu] = await given.prometheus.query('ceilometer_cpu', begin + 1);
  assert.deepEqual([cpu?.metric['cpu'], cpu?.metric['unit'], cpu?.value[1]], ['guest-0', 'ns', '7000000000000000']);
});

test('A guest that is gone has no value any more, from when it was missed', async () => {
  await using given = await setUp();
  const publisher = given.create();
  const cycles = exampleCycles(10, 6);
  for (const [cycle, samples] of cycles.entries()) {
    given.clock.nowMs = cycle * 60_000;
    assert.deepEqual(await publisher.publish(cycle < 2 ? samples : withoutFirst(samples), signal), []);
  }
  const wanted = cycles.flatMap((samples, cycle) => (cycle < 2 ? samples : withoutFirst(samples)));
  assert.deepEqual(await stored(given.prometheus, 6), expected(wanted));
});

test('After a restart nothing is ended that this publisher has not sent', async () => {
  await using given = await setUp();
  const cycles = exampleCycles(2, 6);
  const [before, after] = [given.create(), given.create()];
  for (const [cycle, samples] of cycles.entries()) {
    given.clock.nowMs = cycle * 60_000;
    await (cycle < 2 ? before.publish(samples, signal) : after.publish(withoutFirst(samples), signal));
  }
  const series = await given.prometheus.query('count(nephometer_power_state)', begin + 60 * 5 + 1);
  assert.equal(series[0]?.value[1], '2');
});

test('A Prometheus that is away at first and killed in between has everything in the end', async () => {
  await using given = await setUp({ isStarted: false });
  const { prometheus } = given;
  const publisher = given.create();
  const cycles = exampleCycles(10, 5);
  for (const [cycle, samples] of cycles.entries()) {
    if (cycle === 0 || cycle === 3) {
      await prometheus.kill();
      await assert.rejects(publisher.publish(samples, signal), { code: 'unreachable', isPermanent: false });
      await prometheus.start();
    }
    assert.deepEqual(await publisher.publish(samples, signal), []);
  }
  assert.deepEqual(await stored(prometheus, 5), expected(cycles.flat()));
});

test('What is sent again after a crash neither blocks nor is lost silently', async () => {
  await using given = await setUp();
  const cycles = exampleCycles(3, 4);
  const [publisher, other] = [given.create(), given.create()];
  const sent = cycles.slice(0, 3).flat();
  assert.deepEqual(await publisher.publish(sent, signal), []);
  // The acknowledgement was lost: all come again, with the next ones.
  const [refusal, ...others] = await other.publish([...sent, ...(cycles[3] ?? [])], signal);
  assert.deepEqual(others, []);
  // The newest sample of each series may come twice; the two before it are out of order.
  assert.equal(refusal?.samples, 2 * 18);
  assert.match(refusal.reason, /answered 400: "out of order sample"/);
  assert.deepEqual(await stored(given.prometheus, 4), expected(cycles.flat()));
});
