import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { createDelivery, queuePath } from '@nephometer/delivery';
import { inspectQueue, startQueueWorker } from '@nephometer/durable-queue';
import { completeDelivery } from '@nephometer/pipeline-config';
import type { Sample } from '@nephometer/sample';

// What the specs of this folder share: an operator's files, and queues that a delivery has left behind.

/** A reading of two guests at so many minutes past one: two meters each. */
export function exampleReading(minute: number): readonly Sample[] {
  return ['guest-a', 'guest-b'].flatMap((guest) => [
    exampleSample({ name: 'cpu', resourceId: guest, minute }),
    exampleSample({ name: 'disk.device.read.bytes', resourceId: `${guest}-vda`, minute }),
  ]);
}

interface ExampleSample {
  readonly name: string;
  readonly resourceId: string;
  readonly minute: number;
}

function exampleSample({ name, resourceId, minute }: ExampleSample): Sample {
  return {
    name,
    type: 'cumulative',
    unit: 'ns',
    volume: minute,
    isFloat: false,
    userId: null,
    userName: null,
    projectId: null,
    projectName: null,
    resourceId,
    timestamp: `2026-07-21T13:${String(minute).padStart(2, '0')}:00`,
    resourceMetadata: {},
    source: 'openstack',
    id: `${resourceId} ${name} ${minute}`,
    monotonicTime: null,
  };
}

/** The ids of {@link exampleReading}s, in order. */
export function exampleIds(...minutes: readonly number[]): readonly string[] {
  return minutes.flatMap((minute) => exampleReading(minute).map(({ id }) => id));
}

/** Streams that a command is given, and what it wrote to them. */
export interface Console {
  readonly stdout: PassThrough;
  readonly stderr: PassThrough;
  /** What was written so far. */
  readonly out: () => string;
  readonly said: () => string;
}

export function createConsole(): Console {
  const streams = { stdout: new PassThrough(), stderr: new PassThrough() };
  const texts = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    streams[name].on('data', (chunk: Buffer) => (texts[name] += chunk.toString()));
  }
  return { ...streams, out: () => texts.stdout, said: () => texts.stderr };
}

/** The directory of an operator. */
export interface Site extends AsyncDisposable {
  readonly directory: string;
  /** Path of coordinator.yaml. */
  readonly config: string;
  readonly stateDir: string;
  pathOf(publisher: string): string;
  /** Lets readings wait for a publisher that takes nothing, as a coordinator does; gives the path of the queue. */
  fill(publisher: string, ...readings: readonly (readonly Sample[])[]): Promise<string>;
  /** What the file says: all that is not 0. */
  ledger(path: string): Promise<Record<string, number>>;
}

/** A site whose pipeline has these publishers. */
export async function createSite(...publishers: readonly string[]): Promise<Site> {
  const directory = await mkdtemp(join(tmpdir(), 'nephometer-queue-'));
  const stateDir = join(directory, 'state');
  const config = join(directory, 'coordinator.yaml');
  const pipeline = {
    sources: [{ name: 'all', meters: ['*'], sinks: ['one'] }],
    sinks: [{ name: 'one', publishers }],
  };
  await writeFile(join(directory, 'polling.yaml'), 'sources: [{name: all, interval: 60, meters: ["*"]}]\n');
  await writeFile(join(directory, 'pipeline.yaml'), JSON.stringify(pipeline));
  await writeFile(
    config,
    'polling_file: polling.yaml\npipeline_file: pipeline.yaml\ninspectors: [{targets: ["unix:i.sock"]}]\n',
  );
  const pathOf = (publisher: string): string => queuePath(stateDir, publisher);
  return {
    directory,
    config,
    stateDir,
    pathOf,
    async fill(publisher, ...readings) {
      const worker = startQueueWorker();
      const path = pathOf(publisher);
      const delivery = createDelivery({
        name: publisher,
        publisher: { publish: () => Promise.reject(new Error('not today')), close: async () => undefined },
        options: completeDelivery(),
        queue: await worker.open(path),
      });
      for (const reading of readings) delivery.accept(reading);
      await delivery.close();
      await worker.close();
      return path;
    },
    async ledger(path) {
      const { state } = await inspectQueue(path);
      const all = { ...state?.counts, queued: state?.items ?? 0 };
      return Object.fromEntries(Object.entries(all).filter(([, count]) => count !== 0));
    },
    [Symbol.asyncDispose]: () => rm(directory, { recursive: true }),
  };
}
