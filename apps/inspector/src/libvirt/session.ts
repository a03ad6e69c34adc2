import { connect, LibvirtError } from '@nephometer/libvirt';
import type { Connection } from '@nephometer/libvirt';
import type { Abilities } from './groups.ts';

/** Where libvirt is. */
export interface LibvirtAddress {
  readonly uri: string;
  /** Path of the daemon's socket; `undefined` takes the one that belongs to the URI. */
  readonly socket: string | undefined;
}

/** Told of each call to libvirt, by a short name of what is asked. */
export type OnCall = (procedure: string) => void;

/**
 * The connections to one daemon: a read that waits for a hung guest must not hold up descriptions, nor these the events.
 */
export interface Session {
  /**
   * Hears events, and nothing is asked on it: a libvirtd that finds a connection closed frees its event callbacks without a
   * lock, in its main loop and again in the thread that has a call of this connection, and may crash over it (seen with
   * 9.0.0, once in 400 times). A deregistration is such a call, so there is none: the events end with the connection.
   */
  readonly events: Pick<Connection, 'subscribe' | 'closed' | 'close'>;
  /** Is asked what concerns no guest by itself. */
  readonly questions: Connection;
  /** For descriptions: libvirt may take long for those of a domain that it starts or buries. */
  readonly probe: Connection;
  /** Connects once more, for calls that may wait for a guest without end. The caller closes it, at the latest with the session. */
  openLane(signal: AbortSignal): Promise<Connection>;
  /** What the daemon calls its host. */
  readonly hostname: string;
  /**
   * Version of the hypervisor as libvirt counts it; `undefined` where the driver has none. Asked for ahead: libvirt may have
   * to start QEMU to learn it, which takes seconds.
   */
  readonly hypervisorVersion: Promise<bigint | undefined>;
  /** Kind of hypervisor as it calls itself, for example `QEMU`. */
  readonly hypervisorType: string;
  /** What the daemon can do; `bulk` is corrected when it turns out to be untrue. */
  abilities: Abilities;
  /** Resolves when one of the three has ended, with the reason. Their keepalive tells whether the daemon is alive. */
  readonly closed: Promise<LibvirtError>;
  /** Closes all three; safe twice. */
  close(): Promise<void>;
}

/** The longest time for a question that no guest can hold up. */
export const probeTimeoutMs = 10_000;

/**
 * When a silent daemon is asked for a sign of life, and when it is given up: 6 s in all. A daemon answers from its main
 * loop in well under a millisecond even with all its workers blocked, and whatever else it sends counts as an answer, so
 * four seconds without a byte are no load: it is stopped, hung, or the socket leads nowhere. Waiting longer would hide
 * that from the callers; a shorter wait would take the daemon of a host that swaps for a dead one.
 */
const keepalive = { intervalMs: 2000, timeoutMs: 4000 };

/**
 * Connects and asks what is there. Nothing stays open when it fails.
 *
 * @param patienceMs longest time for making one connection; what is asked then has {@link probeTimeoutMs}
 * @throws LibvirtError, or the reason of `signal`
 */
export async function openSession(
  address: LibvirtAddress,
  onCall: OnCall,
  signal: AbortSignal,
  patienceMs = probeTimeoutMs,
): Promise<Session> {
  const open = (openSignal: AbortSignal, connectTimeoutMs = probeTimeoutMs): Promise<Connection> =>
    connect({
      uri: address.uri,
      socketPath: address.socket,
      connectTimeoutMs,
      callTimeoutMs: probeTimeoutMs,
      keepalive,
      signal: openSignal,
    });
  const ask = <T>(
    procedure: string,
    question: (options: { readonly signal: AbortSignal }) => Promise<T>,
  ): Promise<T> => {
    onCall(procedure);
    return question({ signal });
  };
  const opened: Connection[] = [];
  const openNext = async (): Promise<Connection> => {
    const connection = await open(signal, patienceMs);
    opened.push(connection);
    return connection;
  };
  try {
    const probe = await openNext();
    const questions = await openNext();
    const events = await openNext();
    const [hypervisorType, libvirtVersion, hostname] = await Promise.all([
      ask('get-type', (options) => probe.getType(options)),
      ask('get-lib-version', (options) => probe.getLibVersion(options)),
      ask('get-hostname', (options) => probe.getHostname(options)),
    ]);
    onCall('get-version');
    return sessionOf(
      { events, questions, probe, openLane: (laneSignal) => open(laneSignal) },
      { hypervisorType, libvirtVersion: Number(libvirtVersion), hostname },
    );
  } catch (error) {
    await closeAll(opened);
    throw error;
  }
}

interface Identity {
  readonly hypervisorType: string;
  readonly libvirtVersion: number;
  readonly hostname: string;
}

type Connections = Pick<Session, 'events' | 'questions' | 'probe' | 'openLane'>;

function sessionOf(connections: Connections, identity: Identity): Session {
  const { events, questions, probe } = connections;
  const all = [events, questions, probe];
  const { hypervisorType, libvirtVersion, hostname } = identity;
  return {
    ...connections,
    hostname,
    hypervisorVersion: probe.getVersion({ timeoutMs: Infinity }).catch(() => undefined),
    hypervisorType,
    // The test driver answers bulk calls with the state alone, whatever is asked.
    abilities: { libvirtVersion, bulk: hypervisorType !== 'TEST' },
    closed: Promise.race(all.map(({ closed }) => closed)),
    close: () => closeAll(all),
  };
}

async function closeAll(connections: readonly Pick<Connection, 'close'>[]): Promise<void> {
  await Promise.all(connections.map((connection) => connection.close()));
}

/** Whether connecting again can never help: the address itself is wrong. */
export function isPermanent(error: unknown): error is LibvirtError {
  return error instanceof LibvirtError && (error.code === 'unsupported-uri' || error.code === 'invalid-argument');
}
