/**
 * Why something of OpenStack could not be had.
 *
 * - `not-configured`: there are no credentials to ask with
 * - `unreachable`: nobody answers at the URL, the connection broke, or its certificate is not trusted
 * - `deadline`: no whole answer within the time allowed
 * - `overloaded`: the service asks for a pause (429), or stands behind a gateway that cannot reach it (502, 503, 504)
 * - `bad-credentials`: Keystone does not accept the password, the application credential or the token
 * - `token-refused`: a service does not accept a token that Keystone has only just given
 * - `refused`: the user may not do this
 * - `no-endpoint`: the catalog has no such service in this region and interface
 * - `not-found`: there is no such thing
 * - `failed`: the service could not make the answer; its own log says more
 * - `bad-answer`: the answer is not one of the API's
 * - `closed`: this client has been closed
 */
export type OpenstackErrorCode =
  | 'not-configured'
  | 'unreachable'
  | 'deadline'
  | 'overloaded'
  | 'bad-credentials'
  | 'token-refused'
  | 'refused'
  | 'no-endpoint'
  | 'not-found'
  | 'failed'
  | 'bad-answer'
  | 'closed';

/** Something of OpenStack could not be had. The message names the URL and never has a password, a secret or a token. */
export class OpenstackError extends Error {
  override readonly name = 'OpenstackError';
  readonly code: OpenstackErrorCode;
  /** How long the service asked to be left in peace, in milliseconds, if it did. */
  readonly retryAfterMs: number | undefined;

  constructor(code: OpenstackErrorCode, message: string, options?: ErrorOptions & { readonly retryAfterMs?: number }) {
    super(message, options);
    this.code = code;
    this.retryAfterMs = options?.retryAfterMs;
  }
}
