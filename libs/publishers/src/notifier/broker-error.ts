import { DeadlineError } from '@nephometer/abortable';
import { harmlessText } from '../harmless-text.ts';
import { PublisherError } from '../publisher-error.ts';
import type { PublisherErrorCode } from '../publisher-error.ts';

/** AMQP's codes of what a server refuses. */
const reply = { accessRefused: 403, notFound: 404, preconditionFailed: 406, connectionForced: 320, notAllowed: 530 };

/**
 * What went wrong with a RabbitMQ, as an error of ours, a passing one: nothing that it refuses is the samples' fault. This is
 * the border to amqplib and Node.
 *
 * @param target how messages name it, without the password
 */
export function brokerError(target: string, cause: unknown, password: string): PublisherError {
  if (cause instanceof PublisherError) return cause;
  const text = harmlessText(textOf(cause), [password]);
  const error = (code: PublisherErrorCode, message: string): PublisherError =>
    new PublisherError(code, `${target}: ${message}`, { cause });
  if (cause instanceof DeadlineError) return error('timeout', `no answer for ${cause.deadlineMs / 1000} s`);
  switch (replyCodeOf(cause)) {
    case reply.accessRefused:
      return error('unauthorized', `it does not accept us (${text}); check user, password and permissions`);
    case reply.notAllowed:
      return error('refused', `the virtual host is not there, or not for this user (${text})`);
    case reply.preconditionFailed:
      return error('refused', `${text}; ${preconditionRemedy(text)}`);
    case reply.notFound:
    case reply.connectionForced:
      return error('target_failed', text);
  }
  const code = codeOf(cause);
  if (isUntrusted(code)) {
    return error('untrusted', `its certificate is not trusted (${text}); ssl_ca_file names the file of its authority`);
  }
  if (code.startsWith('ERR_SSL_') || code === 'EPROTO') {
    return error(
      'unreachable',
      `TLS cannot be agreed on (${code}); is it the port for TLS, and our certificate right?`,
    );
  }
  // The last step of the greeting is to enter the virtual host; amqplib does not say more.
  if (/Expected ConnectionOpenOk/.test(text))
    return error('refused', 'the virtual host is not there, or not for this user');
  if (/Socket closed abruptly|[Ff]rame|Expected/.test(text)) {
    return error(
      'bad_answer',
      `it broke off the greeting (${text}); is it the AMQP port, and should it be TLS (ssl=1)?`,
    );
  }
  if (text === 'message nacked') return error('target_failed', 'it refused a message; is a queue over its limit?');
  return error('unreachable', text);
}

function preconditionRemedy(text: string): string {
  if (/message size/.test(text)) return 'set batch_bytes or batch_size lower';
  return 'set amqp_durable_queues, amqp_auto_delete and rabbit_quorum_queue as they are in the ceilometer.conf of the others';
}

/** AMQP's code of a refusal: as amqplib has it, or out of its message where it has none, in the greeting; else 0. */
function replyCodeOf(cause: unknown): number {
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  if (typeof code === 'number') return code;
  const [, digits] = /(?:replyCode"?:|by server:) ?(\d{3})/.exec(textOf(cause)) ?? [];
  return Number(digits ?? 0);
}

function codeOf(cause: unknown): string {
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  return typeof code === 'string' ? code : '';
}

/** A host with several addresses fails once for each of them, and the whole has no message then. */
function textOf(cause: unknown): string {
  if (cause instanceof AggregateError) return [...new Set(cause.errors.map(textOf))].join('; ');
  return cause instanceof Error ? cause.message : String(cause);
}

// Names of OpenSSL's verdicts (X509_V_ERR_...), as Node gives them.
function isUntrusted(code: string): boolean {
  return (
    code === 'ERR_TLS_CERT_ALTNAME_INVALID' ||
    /^(CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|INVALID_CA|INVALID_PURPOSE|HOSTNAME_MISMATCH|CRL_)/.test(code)
  );
}
