import { errorCodeName, errorDomainName } from './error-names.ts';

/**
 * Why something failed.
 *
 * - `unsupported-uri`: the URI is malformed or names a transport, host or driver this client does not speak; permanent.
 * - `invalid-argument`: an argument cannot be sent (not a UUID, text over the limit, number out of range); permanent.
 * - `socket-not-found`, `permission-denied`, `connect-failed`: no connection to the daemon's socket.
 * - `auth-failed`: the daemon wants an authentication that failed or that this client does not speak.
 * - `timeout`: no answer in time; the daemon may still be working on the call.
 * - `queue-full`: too many calls wait for a free slot on this connection.
 * - `connection-lost`: the daemon or the network of sockets ended the connection; every call on it fails with this.
 * - `protocol-error`: the peer sent bytes that are not libvirt's protocol; the connection is closed.
 * - `closed`: `close()` was called here.
 * - `libvirt`: the daemon answered with an error, see {@link LibvirtError.libvirt}.
 */
export type LibvirtErrorCode =
  | 'unsupported-uri'
  | 'invalid-argument'
  | 'socket-not-found'
  | 'permission-denied'
  | 'connect-failed'
  | 'auth-failed'
  | 'timeout'
  | 'queue-full'
  | 'connection-lost'
  | 'protocol-error'
  | 'closed'
  | 'libvirt';

/** The error a libvirt daemon answered with, with numbers as sent and their names as libvirt spells them. */
export interface DaemonError {
  /** `virErrorNumber`, for example 42. */
  readonly code: number;
  /** For example `NO_DOMAIN`; `UNKNOWN_<n>` for a number this client does not know. */
  readonly codeName: string;
  /** `virErrorDomain`: which part of libvirt raised it, for example 10. Decide on the code, not on this. */
  readonly domain: number;
  /** For example `QEMU`; `UNKNOWN_<n>` for a number this client does not know. */
  readonly domainName: string;
  /** 1 warning, 2 error. */
  readonly level: number;
  /** libvirt's full message. */
  readonly message: string;
  /** The message's format text. */
  readonly str1: string | undefined;
  /** The detail that goes into the format. */
  readonly str2: string | undefined;
  /** The errno of a `SYSTEM_ERROR`, else -1. */
  readonly int1: number;
}

/** What a daemon error is made of before its numbers have names. */
export type DaemonErrorFields = Omit<DaemonError, 'codeName' | 'domainName'>;

/** Every failure of this library; an aborted call alone rejects with its signal's reason instead. */
export class LibvirtError extends Error {
  override readonly name = 'LibvirtError';
  readonly code: LibvirtErrorCode;
  /** Present exactly when `code` is `libvirt`. */
  readonly libvirt: DaemonError | undefined;

  constructor(
    code: LibvirtErrorCode,
    message: string,
    options?: { readonly cause?: unknown; readonly libvirt?: DaemonError },
  ) {
    super(message, options?.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.libvirt = options?.libvirt;
  }

  /** The error for a daemon's answer; `context` says which procedure, on what and where. */
  static fromDaemon(fields: DaemonErrorFields, context: string): LibvirtError {
    const codeName = errorCodeName(fields.code);
    const libvirt = { ...fields, codeName, domainName: errorDomainName(fields.domain) };
    return new LibvirtError('libvirt', `${context}: ${fields.message || 'no message'} (${codeName})`, { libvirt });
  }
}

function hasDaemonCode(error: unknown, code: number): boolean {
  return error instanceof LibvirtError && error.libvirt?.code === code;
}

/** Whether the daemon said that the domain does not exist (any more). */
export function isNoDomain(error: unknown): boolean {
  return hasDaemonCode(error, 42);
}

/** Whether the daemon said that it has no such server; on its admin socket only. */
export function isNoServer(error: unknown): boolean {
  return hasDaemonCode(error, 95);
}

/** Whether the daemon said that the domain has no such metadata element. */
export function isNoDomainMetadata(error: unknown): boolean {
  return hasDaemonCode(error, 80);
}

/** Whether the hypervisor's driver, or this version of the daemon, lacks the procedure or argument: permanent. */
export function isNoSupport(error: unknown): boolean {
  return (
    hasDaemonCode(error, 3) ||
    hasDaemonCode(error, 74) ||
    hasDaemonCode(error, 84) ||
    (hasDaemonCode(error, 39) &&
      error instanceof LibvirtError &&
      /^unknown procedure/.test(error.libvirt?.message ?? ''))
  );
}

/** Whether the operation does not fit the domain's state, for example statistics of a domain that is shut off. */
export function isOperationInvalid(error: unknown): boolean {
  return hasDaemonCode(error, 55);
}

/** Whether the daemon waited in vain (30 s) for the domain's job: its hypervisor process is busy or stuck. */
export function isOperationTimeout(error: unknown): boolean {
  return hasDaemonCode(error, 68);
}

/** Whether the call is refused on this connection: it is read-only, or access control forbids it. */
export function isDenied(error: unknown): boolean {
  return hasDaemonCode(error, 29) || hasDaemonCode(error, 88);
}
