import type { Publisher, PublisherFactory, PublisherSettings, Refusal } from '@nephometer/plugin';
import type { Sample } from '@nephometer/sample';
import { PublisherError } from '../publisher-error.ts';
import { answerError } from '../http/answer-error.ts';
import { parseHttpUrl } from '../http/http-options.ts';
import type { HttpUrl } from '../http/http-options.ts';
import { createHttpTarget } from '../http/http-target.ts';
import { publishParts } from '../http/publish-parts.ts';
import { metricJson } from './metric-json.ts';

// `batch` is Ceilometer's; there, too, each sample has its request whatever it says.
const rules = { example: 'opentelemetryhttp://collector.example:4318/v1/metrics', ownOptions: ['batch'] };

/** Posts each sample in a request of its own, in order. */
function createOpentelemetryhttpPublisher(options: HttpUrl, { baseDirectory }: PublisherSettings): Publisher {
  const { path, query } = options;
  const target = createHttpTarget({ ...options.target, ...(baseDirectory !== undefined && { baseDirectory }) });

  async function post(sample: Sample, signal: AbortSignal): Promise<readonly Refusal[]> {
    const body = metricJson(sample);
    if (body === undefined) return [{ samples: 1, reason: `"${sample.timestamp}" is not a timestamp` }];
    const answer = await target.send(
      { method: 'POST', path: path + query, headers: { 'content-type': 'application/json' }, body },
      signal,
    );
    if (answer.status >= 200 && answer.status < 300) return [];
    throw answerError(answer);
  }

  return {
    async publish(samples, signal) {
      signal.throwIfAborted();
      const parts = samples.map((sample, first) => ({ first, samples: [sample] }));
      return publishParts(parts, async ({ samples: [sample] }) => (sample ? post(sample, signal) : []));
    },
    close: () => target.close(),
  };
}

/** `opentelemetryhttp://[user:password@]host[:port]/v1/metrics?options` */
export const opentelemetryhttpPublisherFactory: PublisherFactory = {
  scheme: 'opentelemetryhttp',
  // A request for each sample takes its time, and resources are independent of each other.
  delivery: { batchSize: 500, concurrency: 8 },
  validate(url) {
    const problems: string[] = [];
    parseHttpUrl(url, rules, problems);
    return problems;
  },
  create(url, settings) {
    const problems: string[] = [];
    const options = parseHttpUrl(url, rules, problems);
    if (!options || problems.length > 0) throw new PublisherError('bad_url', problems.join('; '));
    return createOpentelemetryhttpPublisher(options, settings);
  },
};
