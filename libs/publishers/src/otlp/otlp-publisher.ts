import type { Publisher, PublisherFactory, PublisherSettings, Refusal } from '@nephometer/plugin';
import packageJson from '../../package.json' with { type: 'json' };
import { harmlessText } from '../harmless-text.ts';
import { PublisherError } from '../publisher-error.ts';
import { createBatchEncoder } from './batch-encoder.ts';
import type { ExportResponse } from './export-response.ts';
import { createGrpcExporter } from './grpc-exporter.ts';
import { createHttpExporter } from './http-exporter.ts';
import { parseOtlpOptions } from './otlp-options.ts';
import type { OtlpOptions } from './otlp-options.ts';

const { version } = packageJson;

/** Sends each batch as one request and resolves when the receiver has answered that it took it. */
function createOtlpPublisher(options: OtlpOptions, settings: PublisherSettings): Publisher {
  const { protocol, target, secrets } = options;
  const { baseDirectory } = settings;
  const exporter = (protocol === 'grpc' ? createGrpcExporter : createHttpExporter)(options, { version, baseDirectory });
  const encode = createBatchEncoder(version);
  let isClosed = false;
  let lastWarning = '';

  function rejection({ rejected, message }: ExportResponse, points: number): readonly Refusal[] {
    const words = harmlessText(message, secrets);
    if (rejected <= 0) {
      // Told once: it comes with each batch.
      if (words !== '' && words !== lastWarning) settings.warn(`${target} took all data points, but says: "${words}"`);
      lastWarning = words;
      return [];
    }
    const reason = `${target} rejected data points${words === '' ? '' : `: "${words}"`}`;
    return [{ samples: Math.min(rejected, points), reason }];
  }

  return {
    async publish(samples, signal) {
      signal.throwIfAborted();
      if (isClosed) throw new PublisherError('closed', `the publisher to ${target} is closed`);
      const batch = encode(samples);
      const { request, points, refusals } = batch;
      if (points === 0) return refusals;
      try {
        return [...refusals, ...rejection(await exporter.send(request, signal), points)];
      } catch (error) {
        batch.undo();
        throw error;
      }
    },
    async close() {
      isClosed = true;
      await exporter.close();
    },
  };
}

function otlpFactory(scheme: string): PublisherFactory {
  return {
    scheme,
    validate(url) {
      const parsed = parseOtlpOptions(url);
      return parsed.ok ? [] : parsed.problems;
    },
    create(url, settings) {
      const parsed = parseOtlpOptions(url);
      if (!parsed.ok) throw new PublisherError('bad_url', `a URL of ${scheme} is wrong: ${parsed.problems.join('; ')}`);
      return createOtlpPublisher(parsed.options, settings);
    },
  };
}

/** `otlp://host[:port][/path][?options]`: OTLP in plain text. */
export const otlpPublisherFactory = otlpFactory('otlp');

/** `otlps://`: OTLP over TLS. */
export const otlpsPublisherFactory = otlpFactory('otlps');
