import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import { queuePath } from '@nephometer/delivery';
import { startQueueWorker } from '@nephometer/durable-queue';
import type { PipelineConfig } from '@nephometer/pipeline-config';
import { createRegistry, PublishError } from '@nephometer/plugin';
import type { DeliveryOptions, PublisherFactory } from '@nephometer/plugin';
import type { Sample } from '@nephometer/sample';
import { createDeliverySet } from './delivery-set.ts';
import type { DeliverySet } from './delivery-set.ts';

const { signal } = new AbortController();

/** Publishers `mem://NAME` whose targets are lists, and can be away. */
interface Lab extends AsyncDisposable {
  readonly set: DeliverySet;
  readonly received: (url: string) => readonly number[];
  readonly away: Set<string>;
  /** URLs of publishers that cannot be made. */
  readonly impossible: Set<string>;
  /** URLs of the publishers that have been made and not closed. */
  readonly open: readonly string[];
  readonly warnings: readonly string[];
  readonly stateDir: string;
  /** Another set on the same state directory, as after a restart. */
  readonly another: () => DeliverySet;
}

async function startLab(): Promise<Lab> {
  const stateDir = await mkdtemp(join(tmpdir(), 'nephometer-deliveries-'));
  const worker = startQueueWorker();
  const lists = new Map<string, number[]>();
  const away = new Set<string>();
  const impossible = new Set<string>();
  const open: string[] = [];
  const warnings: string[] = [];
  const factory: PublisherFactory = {
    scheme: 'mem',
    delivery: { batchDelayMs: 0 },
    validate: () => [],
    create(url, { warn }) {
      if (impossible.has(url)) throw new PublishError(`${url} has a bad file`);
      open.push(url);
      return {
        async publish(samples) {
          if (away.has(url)) throw new PublishError(`${url} is away`);
          lists.set(url, [...(lists.get(url) ?? []), ...samples.map(({ volume }) => volume)]);
          if (samples.some(({ volume }) => volume === 0)) warn('a zero');
          return [];
        },
        async close() {
          if (open.includes(url)) open.splice(open.indexOf(url), 1);
        },
      };
    },
  };
  const another = (): DeliverySet =>
    createDeliverySet({
      publishers: createRegistry('publisher', [factory], ({ scheme }) => scheme),
      settings: { stdout: new PassThrough(), telemetrySecret: 'x', hostName: 'h', compat: 'head' },
      openQueue: (publisher, onRepair) => worker.open(queuePath(stateDir, publisher), onRepair),
      events: {},
      onWarning: (publisher, message) => warnings.push(`${publisher}: ${message}`),
      onQueueLost: (_, error) => assert.fail(String(error)),
    });
  return {
    set: another(),
    another,
    received: (url) => lists.get(url) ?? [],
    away,
    impossible,
    open,
    warnings,
    stateDir,
    async [Symbol.asyncDispose]() {
      await worker.close();
      await rm(stateDir, { recursive: true });
    },
  };
}

function configOf(
  ...publishers: readonly (readonly [url: string, delivery?: Partial<DeliveryOptions>])[]
): PipelineConfig {
  const list = publishers.map(([url, delivery], index) => ({ url, ...(delivery && { delivery }), line: 10 + index }));
  return { file: 'p.yaml', sources: [], sinks: [{ name: 's', publishers: list, transformers: [] }] };
}

let next = 0;

/** So many more samples, all to one publisher. */
function send(set: DeliverySet, url: string, count: number): readonly number[] {
  const samples = Array.from({ length: count }, (): Sample => {
    next += 1;
    return {
      name: 'cpu',
      type: 'gauge',
      unit: '',
      volume: next,
      isFloat: false,
      userId: null,
      userName: null,
      projectId: null,
      projectName: null,
      resourceId: 'r',
      timestamp: '2026-07-21T13:56:12',
      resourceMetadata: {},
      source: 'openstack',
      id: `id-${next}`,
      monotonicTime: null,
    };
  });
  const outlet = set.outlets.get(url);
  assert.ok(outlet, url);
  outlet.accept(samples);
  return samples.map(({ volume }) => volume);
}

test('Each publisher has its own queue, and one that is away holds no other', async () => {
  await using lab = await startLab();
  await lab.set.apply(configOf(['mem://a'], ['mem://b', { queue: 'memory' }]));
  lab.away.add('mem://a');
  const [toA, toB] = [send(lab.set, 'mem://a', 3), send(lab.set, 'mem://b', 2)];
  await lab.set.flush(signal, { untilFailure: true });
  assert.deepEqual([lab.received('mem://a'), lab.received('mem://b')], [[], toB]);
  assert.deepEqual(
    lab.set.ledgers().map(({ publisher, queued, delivered }) => [publisher, queued, delivered]),
    [
      ['mem://a', 3, 0],
      ['mem://b', 0, 2],
    ],
  );
  await lab.set.close();
  lab.away.clear();
  const after = lab.another();
  await after.apply(configOf(['mem://a']));
  await after.flush(signal);
  assert.deepEqual(lab.received('mem://a'), toA);
  await after.close();
});

test('Other options begin a delivery anew with what waits, and what comes meanwhile is not lost', async () => {
  await using lab = await startLab();
  lab.away.add('mem://a');
  await lab.set.apply(configOf(['mem://a']));
  const expected = [...send(lab.set, 'mem://a', 2)];
  await lab.set.apply(configOf(['mem://a', { batchSize: 1 }]));
  expected.push(...send(lab.set, 'mem://a', 2));
  await lab.set.apply(configOf(['mem://a', { batchSize: 3 }]));
  expected.push(...send(lab.set, 'mem://a', 2));
  lab.away.clear();
  await lab.set.flush(signal);
  assert.deepEqual(lab.received('mem://a'), expected);
  assert.deepEqual(
    lab.set.ledgers().map(({ polled, delivered }) => [polled, delivered]),
    [[6, 6]],
  );
  await lab.set.close();
});

test('A publisher that is no longer named gets time to send what it has; what is left stays on disk', async () => {
  await using lab = await startLab();
  await lab.set.apply(configOf(['mem://a'], ['mem://b'], ['mem://c']));
  lab.away.add('mem://b');
  const [toA, toB] = [send(lab.set, 'mem://a', 2), send(lab.set, 'mem://b', 2)];
  await lab.set.apply(configOf(['mem://c']));
  assert.deepEqual([...lab.set.outlets.keys()], ['mem://c']);
  assert.equal(lab.set.ledgers().length, 3);
  await lab.set.retire(300, signal);
  assert.deepEqual([lab.received('mem://a'), lab.set.ledgers().length], [toA, 1]);
  lab.away.clear();
  await lab.set.apply(configOf(['mem://b'], ['mem://c']));
  await lab.set.flush(signal);
  assert.deepEqual(lab.received('mem://b'), toB);
  await lab.set.close();
});

test('A queue that cannot be opened changes nothing', async () => {
  await using lab = await startLab();
  await lab.set.apply(configOf(['mem://a']));
  const other = lab.another();
  await assert.rejects(other.apply(configOf(['mem://b'], ['mem://a'])), {
    code: 'locked',
    message: /in use by this process/,
  });
  assert.deepEqual([...other.outlets.keys()], []);
  // What was opened before that was given back.
  await lab.set.apply(configOf(['mem://a'], ['mem://b']));
  const sent = send(lab.set, 'mem://a', 1);
  await lab.set.flush(signal);
  assert.deepEqual(lab.received('mem://a'), sent);
  await Promise.all([lab.set.close(), other.close()]);
  await lab.set.close();
});

test('Publishers that cannot be made are problems of the configuration, and nothing is left open', async () => {
  await using lab = await startLab();
  lab.impossible.add('mem://u:hidden@b').add('mem://c');
  const wanted = configOf(['mem://a'], ['mem://u:hidden@b'], ['mem://c']);
  await assert.rejects(lab.set.apply(wanted), {
    code: 'invalid-config',
    message:
      'p.yaml:11: sinks[0].publishers[1]: mem://u:***@b cannot be made: mem://u:hidden@b has a bad file\n' +
      'p.yaml:12: sinks[0].publishers[2]: mem://c cannot be made: mem://c has a bad file',
  });
  assert.deepEqual([lab.open, lab.set.ledgers()], [[], []]);

  // What runs is not touched; when the file is mended, the same configuration is good.
  await lab.set.apply(configOf(['mem://a']));
  await assert.rejects(lab.set.apply(wanted), { code: 'invalid-config' });
  assert.deepEqual([[...lab.set.outlets.keys()], lab.open], [['mem://a'], ['mem://a']]);
  lab.impossible.clear();
  await lab.set.apply(wanted);
  assert.deepEqual(lab.open, ['mem://a', 'mem://u:hidden@b', 'mem://c']);
  await lab.set.close();
  assert.deepEqual(lab.open, []);
});

test('A publisher stays when only its options change, and goes with its password; its queue stays both times', async () => {
  await using lab = await startLab();
  lab.away.add('mem://u:old@a');
  await lab.set.apply(configOf(['mem://u:old@a']));
  const expected = [...send(lab.set, 'mem://u:old@a', 2)];
  await lab.set.apply(configOf(['mem://u:old@a', { batchSize: 1 }]));
  expected.push(...send(lab.set, 'mem://u:old@a', 2));
  await lab.set.flush(signal, { untilFailure: true });
  assert.deepEqual(lab.open, ['mem://u:old@a']);
  await lab.set.apply(configOf(['mem://u:new@a', { batchSize: 1 }]));
  expected.push(...send(lab.set, 'mem://u:new@a', 2));
  await lab.set.flush(signal);
  assert.deepEqual([lab.received('mem://u:new@a'), lab.open], [expected, ['mem://u:new@a']]);
  assert.deepEqual(
    lab.set.ledgers().map(({ publisher, polled, delivered }) => [publisher, polled, delivered]),
    [['mem://u:***@a', 6, 6]],
  );
  await lab.set.close();
  assert.deepEqual(lab.open, []);
});

test('What a publisher says to the operator comes with its name', async () => {
  await using lab = await startLab();
  await lab.set.apply(configOf(['mem://u:hidden@a']));
  next = -1;
  send(lab.set, 'mem://u:hidden@a', 1);
  await lab.set.flush(signal);
  assert.deepEqual(lab.warnings, ['mem://u:***@a: a zero']);
  await lab.set.close();
});
