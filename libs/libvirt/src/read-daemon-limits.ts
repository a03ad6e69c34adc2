import { stat } from 'node:fs/promises';
import { adminCalls } from './calls/admin.ts';
import type { AdminCalls, DaemonLimits } from './calls/admin.ts';
import { Channel } from './channel.ts';
import { isNoServer, LibvirtError } from './error.ts';
import { openSocket } from './open-socket.ts';
import { requireAtLeast } from './require-at-least.ts';
import { adminSocketOf, daemonOf } from './sockets.ts';
import { admin } from './wire/procedures.ts';
import { withLimit } from './with-limit.ts';

/** The server that answers the admin socket itself; every daemon has it beside the one for everybody. */
const adminServer = 'admin';

const denied = "only the daemon's own user, usually root, may use its admin socket: run this program as that user";

/**
 * Asks a daemon how many threads and clients it may have and has. `socketPath` is the socket that others use, for reading
 * or not; the admin socket beside it is opened for this one reading and closed again, whatever happens. The daemon answers
 * from threads kept for this, so also when hung guests hold all others. Readings may overlap.
 *
 * Rejects with the signal's reason, or with a LibvirtError: `invalid-argument` (a socket whose name is not libvirt's, so
 * that its neighbour is not known), `socket-not-found`, `permission-denied` (only the user that the daemon runs as may
 * ask; for the system's daemons that is root), `connect-failed`, `timeout` (not done within `timeoutMs`, default 5 s),
 * `connection-lost`, `protocol-error`, or `libvirt` for the daemon's own answer (`isNoSupport`: it is too old).
 */
export async function readDaemonLimits(
  socketPath: string,
  options: { readonly signal: AbortSignal; readonly timeoutMs?: number | undefined },
): Promise<DaemonLimits> {
  const { signal, timeoutMs = 5000 } = options;
  signal.throwIfAborted();
  requireAtLeast(1, { timeoutMs });
  const adminSocket = adminSocketOf(socketPath);
  const daemon = daemonOf(socketPath);
  const absent = `${daemon} does not run, or without one (with systemd: start ${daemon}-admin.socket)`;
  const late = new LibvirtError(
    'timeout',
    `${daemon} did not give its limits at ${adminSocket} within ${timeoutMs} ms: it is stopped, or has too many admin clients (admin_max_clients)`,
  );

  return withLimit(signal, timeoutMs, late, async (limit) => {
    const { socket } = await openSocket([adminSocket], limit, { absent, denied });
    const channel = new Channel(socket, adminSocket, {
      program: admin,
      maxCallsInFlight: 2,
      maxQueuedCalls: 0,
      callTimeoutMs: Infinity,
      keepalive: false,
    });
    try {
      const calls = adminCalls((request) => channel.call(request, { signal: limit }));
      await open(calls, adminSocket);
      const server = await findServer(calls, daemon);
      const [threads, clients] = await Promise.all([calls.getThreadpool(server), calls.getClientLimits(server)]);
      return { ...threads, ...clients };
    } finally {
      await channel.close();
    }
  });
}

/** A daemon hangs up on every user but its own without a word, also on root; that would look like the daemon's end. */
async function open(calls: AdminCalls, adminSocket: string): Promise<void> {
  try {
    await calls.open();
  } catch (error) {
    const isLost = error instanceof LibvirtError && error.code === 'connection-lost';
    if (!isLost || (await isOwn(adminSocket))) throw error;
    throw new LibvirtError('permission-denied', `no access to the libvirt socket ${adminSocket}: ${denied}`, {
      cause: error,
    });
  }
}

/** Whether this process has the user that a file belongs to; true for a file that is gone, nothing speaks against it. */
async function isOwn(path: string): Promise<boolean> {
  const owner = await stat(path).catch(() => undefined);
  return owner === undefined || owner.uid === process.geteuid?.();
}

/** The server is named after its daemon. Only, at libvirt-admin-sock virtproxyd may sit in place of libvirtd. */
async function findServer(calls: AdminCalls, daemon: string): Promise<string> {
  try {
    return await calls.lookupServer(daemon);
  } catch (error) {
    if (!isNoServer(error)) throw error;
    const other = (await calls.listServers()).find((name) => name !== adminServer);
    if (other === undefined) throw error;
    return other;
  }
}
