import { performance } from 'node:perf_hooks';
import { raceAbort } from '@nephometer/abortable';
import type { Publisher, PublisherFactory } from '@nephometer/plugin';
import { formatListenAddress } from '@nephometer/service';
import { PublisherError } from '../publisher-error.ts';
import { ceilometerNaming } from '../series/ceilometer-naming.ts';
import { exposition } from './exposition.ts';
import { parseExporterOptions } from './exporter-options.ts';
import type { ExporterOptions } from './exporter-options.ts';
import { formatPythonValue, formatValue } from './format-value.ts';
import { serveScrapes } from './scrape-server.ts';
import type { ScrapeServer } from './scrape-server.ts';
import { createSeriesStore } from './series-store.ts';

/** An exporter at work. */
export interface Exporter extends Publisher {
  /** Listens, if it does not yet, and gives the address with the real port. Rejects as `publish` does. */
  listen(): Promise<string>;
}

/**
 * Keeps the newest sample of each series and shows it to whoever asks. It begins to listen at once; where that fails,
 * each call of `publish` tries again and says why. A sample is delivered when it can be asked for.
 *
 * @param now milliseconds of a monotonic clock
 */
export function createExporter(options: ExporterOptions, now: () => number = () => performance.now()): Exporter {
  const store = createSeriesStore(options);
  const where = formatListenAddress(options.address);
  const value = options.naming === ceilometerNaming ? formatPythonValue : formatValue;
  let server: Promise<ScrapeServer> | undefined;
  let isClosed = false;

  function listen(): Promise<ScrapeServer> {
    if (isClosed) return Promise.reject(new PublisherError('closed', `the exporter on ${where} is closed`));
    server ??= serveScrapes({
      ...options,
      text: (format) =>
        exposition(store.read(now()), { format, hasTimestamps: options.hasTimestamps, formatValue: value }),
    }).catch((error: unknown) => {
      server = undefined;
      throw error;
    });
    return server;
  }

  // Whoever publishes is told of the failure.
  listen().catch(() => undefined);
  return {
    listen: async () => (await listen()).address,
    async publish(samples, signal) {
      signal.throwIfAborted();
      await raceAbort(listen(), signal);
      return store.update(samples, now());
    },
    async close() {
      isClosed = true;
      // It may be about to listen.
      const opened = await server?.catch(() => undefined);
      await opened?.close();
    },
  };
}

/** `exporter://HOST[:PORT][/PATH][?options]` */
export const exporterPublisherFactory: PublisherFactory = {
  scheme: 'exporter',
  // Only the newest samples count: those of before a restart would be passed over.
  delivery: { queue: 'memory', batchDelayMs: 0 },
  validate(url) {
    const parsed = parseExporterOptions(url);
    return parsed.ok ? [] : parsed.problems;
  },
  create(url, { baseDirectory }) {
    const parsed = parseExporterOptions(url);
    if (!parsed.ok) throw new PublisherError('bad_url', `the exporter cannot be made: ${parsed.problems.join('; ')}`);
    const { options } = parsed;
    const tls = options.tls && { ...options.tls, ...(baseDirectory !== undefined && { baseDirectory }) };
    return createExporter({ ...options, ...(tls && { tls }) });
  },
};
