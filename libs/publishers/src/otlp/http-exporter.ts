import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { answerError } from '../http/answer-error.ts';
import { harmlessText } from '../harmless-text.ts';
import { createHttpTarget } from '../http/http-target.ts';
import type { HttpAnswer } from '../http/http-target.ts';
import { PublisherError } from '../publisher-error.ts';
import { decodeStatus } from './export-response.ts';
import { readExportResponse, userAgent } from './exporter.ts';
import type { Exporter, ExporterSettings } from './exporter.ts';
import type { OtlpOptions } from './otlp-options.ts';

const compress = promisify(gzip);

const contentType = 'application/x-protobuf';

/** Posts requests as binary protobuf (OTLP/HTTP). */
export function createHttpExporter(options: OtlpOptions, { version, baseDirectory }: ExporterSettings): Exporter {
  const { target, host, port, path, timeoutMs, isCompressed, tls, secrets } = options;
  const server = createHttpTarget({
    origin: `${tls ? 'https' : 'http'}://${host}:${port}`,
    timeoutMs,
    ...(tls && { tls }),
    ...(baseDirectory !== undefined && { baseDirectory }),
    secrets,
  });
  const headers = {
    'user-agent': userAgent(version),
    ...Object.fromEntries(options.headers),
    'content-type': contentType,
    ...(isCompressed && { 'content-encoding': 'gzip' }),
  };
  return {
    async send(request, signal) {
      signal.throwIfAborted();
      const body = isCompressed ? await compress(request) : request;
      const answer = await server.send({ method: 'POST', path, headers, body }, signal);
      if (answer.status < 200 || answer.status > 299) throw refusal(answer, secrets);
      const type = typeOf(answer);
      // Some receivers answer in JSON whatever they are sent, or with nothing, which is the empty message in both.
      if (answer.body.length === 0 || type === contentType) return readExportResponse(target, answer.body, 'protobuf');
      if (type === 'application/json') return readExportResponse(target, answer.body, 'json');
      const what = type === '' ? 'something without a type' : harmlessText(type);
      throw new PublisherError('bad_answer', `${target} answered ${what}, which no receiver of OTLP does`);
    },
    close: () => server.close(),
  };
}

/**
 * The specification has the statuses that pass: 429, 502, 503 and 504. What is no fault of the samples does as well:
 * credentials, a wrong path, 408 and 425. The others, 500 among them, would come again for ever.
 */
function refusal(answer: HttpAnswer, secrets: readonly string[]): PublisherError {
  const error = answerError(
    typeOf(answer) === contentType ? { ...answer, words: harmlessText(statusMessage(answer.body), secrets) } : answer,
    { isPermanent: (status) => status !== 404 },
  );
  if (answer.status < 500 || [502, 503, 504].includes(answer.status)) return error;
  return new PublisherError('refused', error.message, { isPermanent: true });
}

/** An error is a `google.rpc.Status`. */
function statusMessage(body: Uint8Array): string {
  try {
    return decodeStatus(body).message;
  } catch {
    return '';
  }
}

function typeOf({ headers }: HttpAnswer): string {
  const type = headers['content-type'];
  return typeof type === 'string' ? type.replace(/;.*$/s, '').trim().toLowerCase() : '';
}
