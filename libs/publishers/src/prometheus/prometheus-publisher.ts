import type { Publisher, PublisherFactory, PublisherSettings, Refusal } from '@nephometer/plugin';
import type { Sample } from '@nephometer/sample';
import { PublisherError } from '../publisher-error.ts';
import { answerError } from '../http/answer-error.ts';
import { createHttpTarget } from '../http/http-target.ts';
import { publishParts } from '../http/publish-parts.ts';
import type { Part } from '../http/publish-parts.ts';
import { metricTexts } from './metrics-text.ts';
import type { MetricText } from './metrics-text.ts';
import { parsePrometheusOptions } from './prometheus-options.ts';
import type { PrometheusOptions } from './prometheus-options.ts';

const badRequest = 400;

/** Posts samples to a Pushgateway, which then shows the last one of each series to Prometheus. */
function createPrometheusPublisher(
  options: PrometheusOptions,
  { compat, baseDirectory }: PublisherSettings,
): Publisher {
  const { path, query, isByResource } = options;
  const target = createHttpTarget({ ...options.target, ...(baseDirectory !== undefined && { baseDirectory }) });

  async function post(group: string, metrics: readonly MetricText[], signal: AbortSignal): Promise<readonly Refusal[]> {
    const answer = await target.send(
      {
        method: 'POST',
        path: path + group + query,
        headers: { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' },
        body: metrics.map(({ text }) => text).join(''),
      },
      signal,
    );
    if (answer.status >= 200 && answer.status < 300) return [];
    const error = answerError(answer);
    if (!error.isPermanent) throw error;
    const [first, ...others] = metrics;
    if (first === undefined || others.length === 0 || answer.status !== badRequest) {
      return [{ samples: metrics.reduce((sum, { samples }) => sum + samples, 0), reason: error.message }];
    }
    // It refuses all for one metric that has another type elsewhere. One by one, only that one is lost.
    const refusals: Refusal[] = [];
    for (const metric of metrics) refusals.push(...(await post(group, [metric], signal)));
    return refusals;
  }

  return {
    async publish(samples, signal) {
      signal.throwIfAborted();
      const parts = isByResource ? byResource(samples) : [{ first: 0, samples }];
      return publishParts(parts, (part) =>
        post(isByResource ? groupOf(part) : '', metricTexts(part.samples, compat), signal),
      );
    },
    close: () => target.close(),
  };
}

/** Ascending by where each resource first occurs. */
function byResource(samples: readonly Sample[]): Iterable<Part> {
  const parts = new Map<string, { readonly first: number; readonly samples: Sample[] }>();
  for (const [index, sample] of samples.entries()) {
    const part = parts.get(sample.resourceId);
    if (part) part.samples.push(sample);
    else parts.set(sample.resourceId, { first: index, samples: [sample] });
  }
  return parts.values();
}

/**
 * The label of the group, as Python's `quote` writes it. The gateway decodes a path before it divides it: what has a slash, or is
 * no step of a path, goes in base64 (its own form for this).
 */
function groupOf({ samples: [sample] }: Part): string {
  const id = sample?.resourceId ?? '';
  if (id === '' || id === '.' || id === '..' || id.includes('/')) {
    return `/resource_id@base64/${Buffer.from(id).toString('base64url') || '='}`;
  }
  const encoded = encodeURIComponent(id.toWellFormed());
  return `/resource_id/${encoded.replace(/[!'()*]/g, (character) => `%${hex(character)}`)}`;
}

function hex(character: string): string {
  return character.charCodeAt(0).toString(16).toUpperCase();
}

/** `prometheus://[user:password@]host[:port]/metrics/job/<job>[/<label>/<value>...]?options` */
export const prometheusPublisherFactory: PublisherFactory = {
  scheme: 'prometheus',
  // A request for each resource takes its time, and resources are independent of each other.
  delivery: { concurrency: 4 },
  validate(url) {
    const problems: string[] = [];
    parsePrometheusOptions(url, problems);
    return problems;
  },
  create(url, settings) {
    const problems: string[] = [];
    const options = parsePrometheusOptions(url, problems);
    if (!options || problems.length > 0) throw new PublisherError('bad_url', problems.join('; '));
    return createPrometheusPublisher(options, settings);
  },
};
