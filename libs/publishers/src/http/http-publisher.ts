import type { Publisher, PublisherFactory, PublisherSettings, Refusal } from '@nephometer/plugin';
import { createJsonWriter } from '@nephometer/sample';
import type { DictWriter, Sample } from '@nephometer/sample';
import { PublisherError } from '../publisher-error.ts';
import { createTextBuffer } from '../text-buffer.ts';
import { answerError } from './answer-error.ts';
import { parseHttpUrl } from './http-options.ts';
import type { HttpUrl } from './http-options.ts';
import { createHttpTarget } from './http-target.ts';
import { readFlag } from '../option-values.ts';
import { publishParts } from './publish-parts.ts';
import type { Part } from './publish-parts.ts';

/** What a URL of `http` or `https` says. */
interface HttpPublisherOptions extends HttpUrl {
  /** A request for a batch, or one for each sample. */
  readonly isBatch: boolean;
}

const rules = { example: 'https://user:password@collector.example:8080/samples', ownOptions: ['batch'] };

function parseOptions(url: string, problems: string[]): HttpPublisherOptions | undefined {
  const parsed = parseHttpUrl(url, rules, problems);
  return parsed && { ...parsed, isBatch: readFlag(parsed.parts, 'batch', true, problems) };
}

const contentTooLarge = 413;

/** In bytes, for a body to begin with: some ten samples. */
const firstRoom = 16 * 1024;

/** Posts samples as JSON, and resolves when the server has answered all requests. */
function createHttpPublisher(options: HttpPublisherOptions, { compat, baseDirectory }: PublisherSettings): Publisher {
  const { path, query, isBatch } = options;
  const writer = createJsonWriter(compat);
  const target = createHttpTarget({ ...options.target, ...(baseDirectory !== undefined && { baseDirectory }) });

  async function post(samples: readonly Sample[], signal: AbortSignal): Promise<readonly Refusal[]> {
    const answer = await target.send(
      {
        method: 'POST',
        path: path + query,
        headers: { 'content-type': 'application/json' },
        body: bodyOf(samples, isBatch, writer),
      },
      signal,
    );
    if (answer.status >= 200 && answer.status < 300) return [];
    if (answer.status !== contentTooLarge || samples.length === 1) throw answerError(answer);
    const middle = Math.ceil(samples.length / 2);
    const halves = [samples.slice(0, middle), samples.slice(middle)];
    return publishParts(partsOf(halves), (half) => post(half.samples, signal));
  }

  return {
    async publish(samples, signal) {
      signal.throwIfAborted();
      return publishParts(partsOf(isBatch ? [samples] : samples.map((sample) => [sample])), ({ samples: sent }) =>
        post(sent, signal),
      );
    },
    close: () => target.close(),
  };
}

/** An array, or in a request for one sample its object. */
function bodyOf(samples: readonly Sample[], isBatch: boolean, writer: DictWriter): Buffer {
  const body = createTextBuffer(firstRoom);
  let before = isBatch ? '[' : '';
  for (const sample of samples) {
    body.append(before + writer.head(sample));
    body.append(writer.metadata(sample));
    body.append(writer.tail(sample));
    before = ', ';
  }
  if (isBatch) body.append(']');
  return body.first(body.bytes);
}

function* partsOf(slices: Iterable<readonly Sample[]>): Iterable<Part> {
  let first = 0;
  for (const samples of slices) {
    yield { first, samples };
    first += samples.length;
  }
}

function factoryOf(scheme: 'http' | 'https'): PublisherFactory {
  return {
    scheme,
    validate(url) {
      const problems: string[] = [];
      parseOptions(url, problems);
      return problems;
    },
    create(url, settings) {
      const problems: string[] = [];
      const options = parseOptions(url, problems);
      if (!options || problems.length > 0) throw new PublisherError('bad_url', problems.join('; '));
      return createHttpPublisher(options, settings);
    },
  };
}

/** `http://[user:password@]host[:port]/path?options` */
export const httpPublisherFactory: PublisherFactory = factoryOf('http');

/** The same over TLS. */
export const httpsPublisherFactory: PublisherFactory = factoryOf('https');
