import type { ServiceError, status as Status } from '@grpc/grpc-js';
import { harmlessText } from '../harmless-text.ts';
import { PublisherError } from '../publisher-error.ts';
import type { PublisherErrorCode } from '../publisher-error.ts';
import { decodeStatus } from './export-response.ts';

/** Nobody is left in peace for longer, whatever they ask, in milliseconds: an hour. */
const longestRetryAfterMs = 3_600_000;

/** What {@link grpcError} knows of the call. */
export interface FailedCall {
  /** What messages call the target. */
  readonly target: string;
  /** How long the call was allowed to take, in milliseconds. */
  readonly limitMs: number;
  /** What must not be shown. */
  readonly secrets: readonly string[];
  readonly status: typeof Status;
}

interface Verdict {
  readonly code: PublisherErrorCode;
  readonly isPermanent?: boolean;
  /** What happened. Default: the status, with its words. */
  readonly what?: string;
  /** What to look for. */
  readonly advice?: string;
}

/**
 * What gRPC reports, as an error of ours: the one place where statuses become codes. What the specification of OTLP
 * calls retryable passes; so does what is no fault of the samples: credentials, a wrong address, a broken connection.
 * `RESOURCE_EXHAUSTED` passes only if the receiver says when to come again.
 */
export function grpcError(error: ServiceError, call: FailedCall): PublisherError {
  const { target, secrets, status } = call;
  const retryDelayMs = retryDelayOf(error);
  const { code, isPermanent = false, what, advice } = judge(error, retryDelayMs !== undefined, call);
  const words = harmlessText(error.details, secrets);
  const happened = what ?? `${status[error.code]}${words === '' ? '' : `: "${words}"`}`;
  return new PublisherError(code, `${target}: ${happened}${advice === undefined ? '' : `; ${advice}`}`, {
    cause: error,
    isPermanent,
    ...(!isPermanent && retryDelayMs !== undefined && { retryAfterMs: Math.min(retryDelayMs, longestRetryAfterMs) }),
  });
}

function judge(error: ServiceError, isRetryTold: boolean, { status, limitMs }: FailedCall): Verdict {
  if (isOurs(error)) return { code: 'bad_answer', advice: 'is it a receiver of OTLP over gRPC?' };
  switch (error.code) {
    case status.DEADLINE_EXCEEDED:
      return { code: 'timeout', what: `no answer within ${limitMs} ms` };
    case status.UNAVAILABLE:
      return unavailable(error.details);
    case status.CANCELLED:
    case status.ABORTED:
    case status.OUT_OF_RANGE:
    case status.DATA_LOSS:
      return { code: 'target_failed' };
    case status.RESOURCE_EXHAUSTED:
      return isRetryTold
        ? { code: 'target_failed' }
        : { code: 'refused', isPermanent: true, advice: 'is the batch too large?' };
    case status.UNAUTHENTICATED:
      return { code: 'unauthorized', advice: 'check the user, the password and the headers' };
    case status.PERMISSION_DENIED:
      return { code: 'unauthorized', advice: 'check what the user is allowed' };
    case status.UNIMPLEMENTED:
      return { code: 'refused', advice: 'is it a receiver of OTLP metrics, and the right port?' };
    default:
      return { code: 'refused', isPermanent: true };
  }
}

/**
 * Statuses that grpc-js itself makes of a stream that was broken off, or of an answer that is not gRPC's. They blame no
 * sample. The last of them a receiver written with grpc-js may send, too, with metadata, as for any other status.
 */
function isOurs({ details, metadata }: ServiceError): boolean {
  if (/^Received (RST_STREAM|HTTP status) |^Bandwidth exhausted or memory limit exceeded$/.test(details)) return true;
  return details.startsWith('Received message larger than max') && Object.keys(metadata?.getMap() ?? {}).length === 0;
}

/** Without a connection the status has the words of Node and OpenSSL, and only those tell what is wrong. */
function unavailable(details: string): Verdict {
  const reason = /^No connection established\. Last error: (.*?)\.? Resolution note:/s.exec(details)?.[1];
  if (reason === undefined) {
    const isUnknownName = details.startsWith('Name resolution failed');
    return isUnknownName ? { code: 'unreachable', what: 'its name cannot be resolved' } : { code: 'target_failed' };
  }
  const words = harmlessText(
    reason
      .replace(/^Error\b[^:]*: /, '')
      // OpenSSL's have the place in its sources around.
      .replace(/^[0-9A-F]+:error:[0-9A-F]+:(.*?):[^:]*\.c:.*$/s, '$1')
      // The same failure has the same words.
      .replace(/ \(\d{4}-\d\d-\d\dT[^)]*\)$/, ''),
  );
  if (/ alert .*(certificate|unknown ca|access denied|decrypt error)/.test(words)) {
    const advice = 'check clientcert and clientkey';
    return { code: 'unauthorized', what: `it does not accept our certificate (${words})`, advice };
  }
  if (/certificate|altnames/i.test(words)) {
    const advice = 'verify_ssl names the file of its authority';
    return { code: 'untrusted', what: `its certificate is not trusted (${words})`, advice };
  }
  const isRefused = words.includes('ECONN') || words.includes('EHOSTUNREACH') || words.includes('ENETUNREACH');
  const what = `no connection (${words})`;
  return isRefused
    ? { code: 'unreachable', what }
    : { code: 'unreachable', what, advice: 'is it the right port, and should it be TLS?' };
}

function retryDelayOf({ metadata }: ServiceError): number | undefined {
  const [bytes] = metadata?.get('grpc-status-details-bin') ?? [];
  if (!Buffer.isBuffer(bytes)) return undefined;
  try {
    return decodeStatus(bytes).retryDelayMs;
  } catch {
    return undefined;
  }
}
