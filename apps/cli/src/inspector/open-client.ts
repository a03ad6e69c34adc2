import { createInspectorClient } from '@nephometer/inspector-client';
import type { InspectorClient, TlsFiles } from '@nephometer/inspector-client';
import { CliError } from '../cli-error.ts';

/** Which inspector a command asks, and how. */
export interface InspectorAddress {
  /** The inspector: `host[:port]` or `unix:PATH`. */
  readonly target: string;
  /** Absent: the connection is in the clear. */
  readonly tls?: TlsFiles;
  /** How long each call may take, in milliseconds. */
  readonly timeoutMs: number;
}

/**
 * A client of one inspector; connects at its first call. The caller closes it.
 *
 * @throws CliError `invalid-option` if a TLS file cannot be used
 */
export function openClient({ target, tls, timeoutMs }: InspectorAddress): InspectorClient {
  try {
    return createInspectorClient({ target, deadlineMs: timeoutMs, ...(tls && { tls }) });
  } catch (error) {
    throw new CliError('invalid-option', 'a TLS file cannot be used: check --tls-ca, --tls-cert and --tls-key', {
      cause: error,
    });
  }
}
