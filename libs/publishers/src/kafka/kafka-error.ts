import { DeadlineError } from '@nephometer/abortable';
import { connectionError } from '../connection-error.ts';
import { harmlessText } from '../harmless-text.ts';
import { PublisherError } from '../publisher-error.ts';
import type { PublisherErrorCode } from '../publisher-error.ts';
import { serverListText } from '../server-list.ts';
import type { KafkaOptions } from './kafka-options.ts';
import { errorsIn } from './produce-verdict.ts';

/** Words of the protocol for what only somebody at the brokers can change. */
const advice: Readonly<Record<string, string>> = {
  TOPIC_AUTHORIZATION_FAILED: 'we may not write to the topic; allow the user Write, and Create if there is no topic',
  CLUSTER_AUTHORIZATION_FAILED: 'we may not write idempotently; allow the user IdempotentWrite',
  SASL_AUTHENTICATION_FAILED: 'they do not accept the user and the password',
  UNSUPPORTED_SASL_MECHANISM: 'they do not take this kind of password; write another sasl=',
  UNSUPPORTED_VERSION: 'they are too old, or what answers is no Kafka',
};

/** What messages call the target. */
export function targetName({ brokers, topic }: KafkaOptions): string {
  return `kafka://${serverListText(brokers)}?topic=${topic}`;
}

/**
 * What became of a send, as an error of ours, a passing one: whatever the cause, somebody may mend it while the samples wait.
 * This is the border to the Kafka library. Its own words are kept short, and the password is not among them.
 */
export function kafkaError(options: KafkaOptions, cause: unknown, done: number): PublisherError {
  const target = targetName(options);
  const hidden = options.sasl ? [options.sasl.password] : [];
  const error = (code: PublisherErrorCode, text: string): PublisherError =>
    new PublisherError(code, `${target}: ${text}`, { cause, done });
  if (cause instanceof PublisherError) return error(cause.code, cause.message);
  if (cause instanceof DeadlineError) return error('timeout', `no answer within ${cause.deadlineMs} ms`);

  const errors = [...errorsIn(cause)];
  const words = harmlessText(wordsOf(errors), hidden);
  const has = (text: string): boolean => errors.some(({ message }) => message.includes(text));
  const ids = errors.flatMap((part) => ('apiId' in part && typeof part.apiId === 'string' ? [part.apiId] : []));
  if (has('Unknown topic') || ids.includes('UNKNOWN_TOPIC_OR_PARTITION')) {
    return error(
      'refused',
      'there is no such topic, and the brokers do not make it; create it, or set auto.create.topics.enable',
    );
  }
  for (const id of Object.keys(advice)) {
    if (!ids.includes(id)) continue;
    return error(id === 'UNSUPPORTED_VERSION' ? 'bad_answer' : 'unauthorized', advice[id] ?? id);
  }
  if (errors.some((part) => codeOf(part) === 'PLT_KFK_AUTHENTICATION')) {
    return error('unauthorized', `we cannot say who we are (${words}); check the user, the password and sasl`);
  }
  if (has('Broker requires TLS')) return error('unreachable', 'they want TLS; add ssl=1');
  const system = errors.find((part) =>
    /^(E[A-Z]|CERT_|DEPTH_|SELF_|UNABLE_|ERR_|HOSTNAME_|INVALID_|CRL_)/.test(codeOf(part)),
  );
  if (system) {
    const { code, message } = connectionError(target, system, false);
    return new PublisherError(code, message, { cause, done });
  }
  if (has('timed out')) return error('timeout', `no answer in time (${words})`);
  if (errors.some((part) => codeOf(part) === 'PLT_KFK_UNSUPPORTED_API')) return error('bad_answer', words);
  const isNetwork = ids.length === 0 && errors.some((part) => codeOf(part) === 'PLT_KFK_NETWORK');
  if (!isNetwork) return error('target_failed', words);
  const wants = [...(options.tls ? [] : ['TLS (ssl=1)']), ...(options.sasl ? [] : ['a user'])].join(' or ');
  return error('unreachable', `${words}${wants && `; do the brokers want ${wants}?`}`);
}

function codeOf(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : '';
}

/** The innermost is what happened; those around it say which attempt failed. */
function wordsOf(errors: readonly Error[]): string {
  const last = errors.at(-1);
  if (last === undefined) return 'something that is no error failed';
  return 'apiId' in last && typeof last.apiId === 'string' ? `${last.apiId}: ${last.message}` : last.message;
}
