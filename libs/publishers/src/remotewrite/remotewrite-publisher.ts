import { performance } from 'node:perf_hooks';
import type { Publisher, PublisherFactory } from '@nephometer/plugin';
import { PublisherError } from '../publisher-error.ts';
import type { MetricFamily } from '../series/metric.ts';
import { createSeriesReader } from '../series/read-series.ts';
import { createRefusals } from '../refusals.ts';
import { groupSeries } from './group-series.ts';
import { parseRemoteWriteOptions } from './remotewrite-options.ts';
import type { RemoteWriteOptions } from './remotewrite-options.ts';
import { createSeriesMemory } from './series-memory.ts';
import { createWriteClient } from './write-client.ts';
import { encodeWriteRequest } from './write-request.ts';
import type { WrittenSeries } from './write-request.ts';
import { writeSplitting } from './write-splitting.ts';
import { createLabelEncoder, writeResource } from './written-resource.ts';

/** Into so many parts ends that are refused are split, about: they are not worth a request each. */
const mostEndings = 16;

/**
 * Writes samples to a receiver of Prometheus remote write. A batch is delivered when the receiver has acknowledged it; then the ends of
 * series that have vanished meanwhile follow in a request of their own, which does not matter to the batch.
 *
 * @param now milliseconds of a monotonic clock
 */
export function createRemoteWritePublisher(
  options: RemoteWriteOptions,
  now: () => number = () => performance.now(),
): Publisher {
  const client = createWriteClient(options);
  const read = createSeriesReader(options.naming, writeResource);
  const labelsOf = createLabelEncoder();
  const memory = createSeriesMemory(options);
  const described = new Set<MetricFamily>();
  let isClosed = false;

  /** Type, help and unit of a family go with its first series, once. */
  async function write(series: readonly WrittenSeries[], signal: AbortSignal): Promise<void> {
    const families = new Set(series.map(({ metric }) => metric.family).filter((family) => !described.has(family)));
    await client.write(encodeWriteRequest(series, labelsOf, families), signal);
    for (const family of families) described.add(family);
  }

  async function endVanished(signal: AbortSignal): Promise<void> {
    const ends = memory.vanished(now());
    if (ends.length === 0) return;
    try {
      // What the receiver refuses here has been ended otherwise, or is too old to matter.
      const grain = Math.ceil(ends.length / mostEndings);
      await writeSplitting(ends, (part) => write(part, signal), createRefusals(), grain);
      memory.forget(ends);
    } catch {
      // The samples are safe; the ends go again with the next batch.
    }
  }

  return {
    async publish(samples, signal) {
      signal.throwIfAborted();
      if (isClosed) throw new PublisherError('closed', `the publisher to ${options.target.origin} is closed`);
      const refusals = createRefusals();
      const series = groupSeries(samples, read, refusals);
      if (series.length === 0) return refusals.list();
      const writeAndRemember = async (part: readonly WrittenSeries[]): Promise<void> => {
        await write(part, signal);
        memory.sent(part, now());
      };
      await writeSplitting(series, writeAndRemember, refusals);
      await endVanished(signal);
      return refusals.list();
    },
    async close() {
      isClosed = true;
      await client.close();
    },
  };
}

/** `remotewrite://[USER:PASSWORD@]HOST[:PORT][/PATH][?options]` */
export const remoteWritePublisherFactory: PublisherFactory = {
  scheme: 'remotewrite',
  validate(url) {
    const parsed = parseRemoteWriteOptions(url);
    return parsed.ok ? [] : parsed.problems;
  },
  create(url, { baseDirectory }) {
    const parsed = parseRemoteWriteOptions(url);
    if (!parsed.ok)
      throw new PublisherError('bad_url', `the publisher to a receiver cannot be made: ${parsed.problems.join('; ')}`);
    const { options } = parsed;
    const target = { ...options.target, ...(baseDirectory !== undefined && { baseDirectory }) };
    return createRemoteWritePublisher({ ...options, target });
  },
};
