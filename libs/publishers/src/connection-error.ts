import { PublisherError } from './publisher-error.ts';
import type { PublisherErrorCode } from './publisher-error.ts';

/** What became of a request that got no answer, as an error of ours, a passing one. This is the border to undici, Node and OpenSSL. */
export function connectionError(target: string, cause: unknown, wasSent: boolean): PublisherError {
  if (cause instanceof PublisherError) {
    return new PublisherError(cause.code, `${target}: ${cause.message}`, { cause });
  }
  const code = codeOf(cause);
  const detail = detailOf(cause, code);
  const error = (kind: PublisherErrorCode, text: string): PublisherError =>
    new PublisherError(kind, `${target}: ${text}`, { cause });
  if (code === 'UND_ERR_CONNECT_TIMEOUT') return error('timeout', 'no connection in time');
  if (code === 'UND_ERR_DESTROYED' || code === 'UND_ERR_CLOSED') return error('closed', 'the connection was closed');
  // The parser's errors have a code in some versions of undici only.
  const isNoHttp = cause instanceof Error && cause.name === 'HTTPParserError';
  if (isNoHttp || code === 'UND_ERR_HEADERS_OVERFLOW') {
    return error('bad_answer', `what answers is not HTTP (${detail}); is it the right port, and should it be TLS?`);
  }
  if (isUntrusted(code)) {
    return error('untrusted', `its certificate is not trusted (${detail}); verify_ssl names the file of its authority`);
  }
  if (/^ERR_SSL_.*(CERTIFICATE|UNKNOWN_CA|ACCESS_DENIED|DECRYPT_ERROR)/.test(code)) {
    return error('unauthorized', `it does not accept our certificate (${detail}); check clientcert and clientkey`);
  }
  if (code.startsWith('ERR_SSL_') || code === 'EPROTO') {
    return error('unreachable', `TLS cannot be agreed on (${detail}); is it plain HTTP?`);
  }
  return error(
    'unreachable',
    wasSent ? `the connection broke before the answer (${detail})` : `no connection (${detail})`,
  );
}

function codeOf(cause: unknown): string {
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  return typeof code === 'string' ? code : '';
}

/** A host with several addresses fails once for each of them, and the whole has no message then. */
function detailOf(cause: unknown, code: string): string {
  if (cause instanceof AggregateError) {
    return [...new Set(cause.errors.map((error: unknown) => detailOf(error, codeOf(error))))].join('; ');
  }
  const message = cause instanceof Error ? cause.message : String(cause);
  // OpenSSL's have the place in its sources before, and a line end behind.
  const text = /^[0-9A-F]+:error:[0-9A-F]+:([^\n]*?):[^:\n]*\.c:/.exec(message)?.[1] ?? message;
  return (text === '' ? code : text).trim();
}

// Names of OpenSSL's verdicts (X509_V_ERR_...), as Node gives them.
function isUntrusted(code: string): boolean {
  return (
    code === 'ERR_TLS_CERT_ALTNAME_INVALID' ||
    /^(CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|INVALID_CA|INVALID_PURPOSE|HOSTNAME_MISMATCH|CRL_)/.test(code)
  );
}
