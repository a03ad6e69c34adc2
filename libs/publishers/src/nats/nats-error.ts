import { DeadlineError } from '@nephometer/abortable';
import { connectionError } from '../connection-error.ts';
import { harmlessText } from '../harmless-text.ts';
import { PublisherError } from '../publisher-error.ts';
import type { PublisherErrorCode } from '../publisher-error.ts';
import { serverListText } from '../server-list.ts';
import type { NatsOptions } from './nats-options.ts';
import type { PublishAnswer } from './publish-answer.ts';

/** What messages call the target. */
export function targetName({ servers, prefix }: NatsOptions): string {
  return `nats://${serverListText(servers)}/${prefix}`;
}

/** Why messages are not stored though the server answers, as an error of ours that does not name the target yet. */
export function answerError(
  { prefix, stream, newStream }: NatsOptions,
  answer: Extract<PublishAnswer, { readonly kind: 'nobody' | 'failed' }>,
  hasJetStream: boolean,
): PublisherError {
  if (answer.kind === 'nobody') {
    if (!hasJetStream) {
      return new PublisherError('refused', 'the server has no JetStream; add jetstream {} to its configuration');
    }
    const name = stream ?? newStream?.name ?? prefix.replaceAll('.', '_');
    const make = `nats stream add ${name} --subjects '${prefix}.>'`;
    return new PublisherError('refused', `no stream that is up takes ${prefix}.>; make one: ${make}`);
  }
  const isOtherStream = answer.errorCode === expectedStreamDiffers && stream !== undefined;
  const advice = isOtherStream ? `; another stream than ${stream} takes ${prefix}.>` : '';
  return new PublisherError(
    isOtherStream ? 'refused' : 'target_failed',
    `the stream does not take it: ${harmlessText(answer.words)}${advice}`,
  );
}

// Codes of JetStream's errors (nats-server, server/errors.json).
const expectedStreamDiffers = 10060;
const nameInUse = 10058;
const subjectsOverlap = 10065;
const notEnabled = [10039, 10076];

/** Why a stream could not be made: an error of ours that does not name the target yet, or what it was. */
export function streamError({ prefix, newStream }: NatsOptions, cause: unknown): unknown {
  const code = cause instanceof Error && 'code' in cause ? Number(cause.code) : NaN;
  const refused = (text: string): PublisherError => new PublisherError('refused', text, { cause });
  const forbidden = permissionIn(cause);
  if (forbidden) {
    const make = `nats stream add ${newStream?.name} --subjects '${prefix}.>'`;
    return new PublisherError(
      'unauthorized',
      `no stream takes ${prefix}.>, and we may not make one; make it: ${make}`,
      {
        cause,
      },
    );
  }
  if (code === nameInUse) {
    return refused(
      `the stream ${newStream?.name} is there, but does not take ${prefix}.>, or is not up; add the subject, or write another stream=`,
    );
  }
  if (code === subjectsOverlap) {
    return refused(`another stream takes some of ${prefix}.>; let it take all of them, or write another prefix`);
  }
  if (notEnabled.includes(code)) return refused('JetStream is not enabled for us; enable it for the account');
  if (!Number.isNaN(code) && cause instanceof Error) {
    return refused(`no stream takes ${prefix}.>, and it cannot be made: ${harmlessText(cause.message)}`);
  }
  return cause;
}

/**
 * What became of a call, as an error of ours, a passing one: whatever the cause, somebody may mend it while the samples wait. This
 * is the border to the NATS library. It names the target and shows no password.
 *
 * @param done so many samples from the beginning are stored
 */
export function natsError(options: NatsOptions, cause: unknown, done: number): PublisherError {
  const target = targetName(options);
  const hidden = [options.user?.password ?? options.user?.name ?? ''];
  const error = (code: PublisherErrorCode, text: string): PublisherError =>
    new PublisherError(code, `${target}: ${text}`, { cause, done });
  if (cause instanceof PublisherError) return error(cause.code, cause.message);
  if (cause instanceof DeadlineError) return error('timeout', `no answer within ${cause.deadlineMs} ms`);
  if (!(cause instanceof Error)) return error('unreachable', 'the connection broke');
  const words = harmlessText(cause.message, hidden);
  const forbidden = permissionIn(cause);
  if (forbidden) return error('unauthorized', `we may not do that: ${harmlessText(forbidden.message, hidden)}`);
  switch (cause.name) {
    case 'AuthorizationError':
    case 'UserAuthenticationExpiredError':
      return error('unauthorized', `it does not accept who we are (${words}); check the user, the token or creds`);
    case 'TimeoutError':
      return error('timeout', 'no answer in time');
    case 'ClosedConnectionError':
    case 'RequestError':
      return error('unreachable', `the connection broke before the answer (${words})`);
    case 'InvalidArgumentError':
    case 'ConnectionError':
    case 'ProtocolError':
      if (!(cause.cause instanceof Error)) return error('unreachable', words);
  }
  const { code, message } = connectionError(target, cause.cause instanceof Error ? cause.cause : cause, false);
  return new PublisherError(code, message, { cause, done });
}

/** That the server does not let us do something; the library wraps it where it was asked for an answer. */
function permissionIn(cause: unknown): Error | undefined {
  if (!(cause instanceof Error)) return undefined;
  return cause.name === 'PermissionViolationError' ? cause : permissionIn(cause.cause);
}
