import { homedir } from 'node:os';
import type { Call } from './calls/call.ts';
import { readNothing } from './calls/call.ts';
import { Channel } from './channel.ts';
import { createConnection } from './connection.ts';
import type { Connection } from './connection.ts';
import { LibvirtError } from './error.ts';
import type { KeepaliveOptions } from './keepalive.ts';
import { openSocket } from './open-socket.ts';
import { requireAtLeast } from './require-at-least.ts';
import { candidateSockets } from './sockets.ts';
import { parseUri } from './uri.ts';
import { remote } from './wire/procedures.ts';
import { withLimit } from './with-limit.ts';

/** What to connect to, and with which limits. */
export interface ConnectOptions {
  /**
   * `qemu:///system`, `qemu:///session`, `test:///default`, `lxc:///system`, ..., also with `+unix` and `?socket=PATH`.
   * Sockets are looked for where libvirt puts them: the driver's modular daemon first, then libvirtd.
   */
  readonly uri: string;
  /** The daemon's socket; beats the URI's `socket` and the usual places. */
  readonly socketPath?: string | undefined;
  /** Default true: the daemon refuses whatever changes something or shows secrets. */
  readonly readOnly?: boolean | undefined;
  /**
   * Calls sent and unanswered at a time; default 4. Keep it below the daemon's `max_client_requests` (default 5): with
   * that many outstanding, the daemon no longer reads this connection.
   */
  readonly maxCallsInFlight?: number | undefined;
  /** Calls that may wait for a slot; default 1024. One more fails with `queue-full`. */
  readonly maxQueuedCalls?: number | undefined;
  /** For everything `connect` does; default 10 s. */
  readonly connectTimeoutMs?: number | undefined;
  /**
   * For calls that name none; default 35 s, because the daemon itself gives up on a busy domain after 30 s, with an
   * error that says who keeps it busy. `Infinity`: wait for ever.
   */
  readonly callTimeoutMs?: number | undefined;
  /** Own PINGs on a silent connection; default: after 5 s, dead after 15 s more. `false`: none. */
  readonly keepalive?: KeepaliveOptions | false | undefined;
  /** Ends the attempt to connect; it has no say afterwards. */
  readonly signal?: AbortSignal | undefined;
}

const openReadOnly = 1;
const authNone = 0;
const authPolkit = 2;

/**
 * Connects to a libvirt daemon on this machine and opens its driver. Rejects with the signal's reason, or with a
 * LibvirtError: `unsupported-uri`, `invalid-argument`, `socket-not-found`, `permission-denied`, `connect-failed`,
 * `auth-failed`, `timeout`, `connection-lost`, `protocol-error`, or `libvirt` when the daemon cannot open the driver.
 * Nothing stays behind then.
 */
export async function connect(options: ConnectOptions): Promise<Connection> {
  const { readOnly = true, connectTimeoutMs = 10_000, callTimeoutMs = 35_000, signal } = options;
  const { maxCallsInFlight = 4, maxQueuedCalls = 1024, keepalive = { intervalMs: 5000, timeoutMs: 15_000 } } = options;
  signal?.throwIfAborted();
  requireAtLeast(1, { maxCallsInFlight, connectTimeoutMs, callTimeoutMs, ...(keepalive === false ? {} : keepalive) });
  requireAtLeast(0, { maxQueuedCalls });
  const uri = parseUri(options.uri);
  const namedSocket = options.socketPath ?? uri.socketPath;
  const where = { env: process.env, homeDirectory: homedir(), uid: process.getuid?.() ?? 0 };
  const sockets = namedSocket === undefined ? candidateSockets(uri, readOnly, where) : [namedSocket];

  const late = new LibvirtError(
    'timeout',
    `${options.uri}: not connected to ${sockets.join(' or ')} after ${connectTimeoutMs} ms`,
  );
  return withLimit(signal, connectTimeoutMs, late, async (limit) => {
    const { socket, socketPath } = await openSocket(sockets, limit);
    const limits = { maxCallsInFlight, maxQueuedCalls, callTimeoutMs, keepalive };
    const channel = new Channel(socket, socketPath, { program: remote, ...limits });
    try {
      // The daemon's limit on clients that have not authenticated is low, so this goes first and at once.
      const call: Call = (request) => channel.call(request, { signal: limit, timeoutMs: Infinity });
      await authenticate(call, socketPath);
      await call({
        procedure: 'CONNECT_OPEN',
        subject: uri.openName,
        write: (writer) => writer.optionalString(uri.openName).uint32(readOnly ? openReadOnly : 0),
        read: readNothing,
      });
    } catch (error) {
      await channel.close();
      throw error;
    }
    return createConnection(channel, options.uri);
  });
}

/** Goes through the authentication the daemon wants; AUTH_LIST is due even where it wants none. */
async function authenticate(call: Call, socketPath: string): Promise<void> {
  const types = await call({
    procedure: 'AUTH_LIST',
    read: (reader) => reader.array(20, 4, () => reader.int32()),
  });
  if (types.length === 0 || types.includes(authNone)) return;
  if (!types.includes(authPolkit)) {
    throw new LibvirtError(
      'auth-failed',
      `${socketPath} wants SASL, which this client does not speak: set auth_unix_ro (or auth_unix_rw) to "none" or "polkit" in the daemon's configuration`,
    );
  }
  try {
    await call({ procedure: 'AUTH_POLKIT', read: (reader) => reader.int32() });
  } catch (error) {
    if (!(error instanceof LibvirtError) || error.code !== 'libvirt') throw error;
    throw new LibvirtError(
      'auth-failed',
      `polkit did not let this user in: ${error.message}; add the user to the group libvirt, or connect read-only`,
      { cause: error },
    );
  }
}
