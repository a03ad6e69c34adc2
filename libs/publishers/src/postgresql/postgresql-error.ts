import { DeadlineError } from '@nephometer/abortable';
import { connectionError } from '../connection-error.ts';
import { harmlessText } from '../harmless-text.ts';
import { PublisherError } from '../publisher-error.ts';
import type { PublisherErrorCode } from '../publisher-error.ts';
import { targetName } from './postgresql-options.ts';
import type { PostgresqlOptions } from './postgresql-options.ts';

/** What the server answered: an error with a SQLSTATE (PostgreSQL's documentation, appendix A). */
export interface ServerError extends Error {
  readonly code: string;
  /** The rule that a row broke. */
  readonly constraint?: string;
}

/** Whether it is the server's answer, not the end of the connection or an error of the library. */
export function isServerError(error: unknown): error is ServerError {
  return error instanceof Error && 'severity' in error && 'code' in error && typeof error.code === 'string';
}

/**
 * Whether a row is to blame, so that the others may still go in: data that is out of range or not to be represented (22), a rule
 * that somebody added (23, P0), something too large for an index or a value (54).
 */
export function isRowFault(error: unknown): error is ServerError {
  if (!isServerError(error)) return false;
  // These are about what we took for known: a resource that has gone, a partition that has gone.
  if (error.code === '23503' || (error.code === '23514' && error.constraint === undefined)) return false;
  return /^(22|23|54|P0)/.test(error.code);
}

/** What the operator can do about it, by the beginning of the SQLSTATE; what stands first wins. */
const verdicts: readonly (readonly [state: string, code: PublisherErrorCode, advice: string])[] = [
  ['28', 'unauthorized', 'check user and password, and pg_hba.conf of the server'],
  ['3D000', 'refused', 'create the database, or name another one'],
  ['25006', 'refused', 'it is read-only; name the primary server'],
  ['42501', 'unauthorized', ''],
  ['42P07', 'refused', 'something of that name is there that is not ours; name another schema'],
  ['57014', 'timeout', 'it took longer than the timeout'],
  ['55P03', 'target_failed', 'somebody else holds a lock there'],
  ['53300', 'target_failed', 'raise max_connections, or put a pooler in front'],
  ['53100', 'target_failed', 'make room on its disk'],
];

/** What failed as an error of ours, a passing one: whatever the cause, somebody may mend it while samples wait. */
export function postgresqlError(options: PostgresqlOptions, cause: unknown): PublisherError {
  const target = targetName(options);
  const hidden = [options.user?.password ?? ''];
  const error = (code: PublisherErrorCode, text: string, advice = ''): PublisherError =>
    new PublisherError(code, `${target}: ${harmlessText(text, hidden)}${advice && `; ${advice}`}`, { cause });
  if (cause instanceof PublisherError) return error(cause.code, cause.message);
  if (cause instanceof DeadlineError) return error('timeout', `no answer within ${cause.deadlineMs} ms`);
  if (isServerError(cause)) {
    const [, code = 'target_failed', advice = ''] = verdicts.find(([state]) => cause.code.startsWith(state)) ?? [];
    return error(code, `${cause.message} (${cause.code})`, cause.code === '42501' ? rightsAdvice(options) : advice);
  }
  const message = cause instanceof Error ? cause.message : String(cause);
  // Words of the library, which has no codes for them.
  if (message.startsWith('SASL')) return error('unauthorized', message, 'check user and password');
  if (message.includes('does not support SSL')) {
    return error('untrusted', 'it does not speak TLS', 'turn it on at the server, or lower sslmode');
  }
  if (message.includes('establishing an SSL connection') || message.startsWith('Unknown message code')) {
    return error('bad_answer', 'what answers is not PostgreSQL', 'is it the right port?');
  }
  if (message.startsWith('Connection terminated')) return error('unreachable', 'the connection broke');
  const converted = connectionError(target, cause, false);
  if (converted.code !== 'untrusted') return converted;
  return error(
    'untrusted',
    `its certificate is not trusted (${message})`,
    'sslrootcert names the file of its authority',
  );
}

function rightsAdvice({ schema, user }: PostgresqlOptions): string {
  const name = user === undefined ? 'our user' : `"${user.name}"`;
  return `an administrator of the database can help with: CREATE SCHEMA ${schema} AUTHORIZATION ${name}`;
}
