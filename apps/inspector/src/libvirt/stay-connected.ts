import { sleep } from '@nephometer/abortable';
import { LibvirtError } from '@nephometer/libvirt';
import type { Logger } from '@nephometer/service';
import type { Availability } from '../availability.ts';
import { hypervisorUnavailable, InspectorError } from '../inspector-error.ts';
import { createOutageLog } from './outage-log.ts';
import { isPermanent, openSession } from './session.ts';
import type { LibvirtAddress, OnCall, Session } from './session.ts';

/** One session while it lasts. */
export interface SessionLife {
  readonly session: Session;
  /** Aborts the moment the session is lost, with an InspectorError `hypervisor-unavailable`; on stop with its reason. */
  readonly over: AbortSignal;
  /** To be called once, when all is ready to serve: it makes the hypervisor available. `facts` go into the log. */
  ready(facts: object): void;
  /** To be called when the session cannot go on, before anything is closed. */
  lose(error: unknown): void;
}

/** What keeps a connection. */
export interface StayConnectedSettings {
  readonly address: LibvirtAddress;
  readonly logger: Logger;
  readonly availability: Availability;
  readonly onCall: OnCall;
  /** A session is ready. */
  readonly onConnect: () => void;
  /** Works with a session until it is over, then closes what it opened and rejects. Called for one session at a time. */
  readonly serve: (life: SessionLife) => Promise<never>;
}

/**
 * Between two tries to connect, in milliseconds. Short, because a daemon that is back is to be noticed within two seconds,
 * what follows included, and a socket that is not there costs nothing. Random, because several clients of a daemon wait
 * for its return.
 */
const retryMs = { least: 200, most: 700 };

/** The same after a refusal: each one costs the host a question to polkit and a line in its journal. */
const retryAfterRefusalMs = { least: 3000, most: 6000 };

/** How long to wait after a failure, in milliseconds; `chance` from 0 to 1 picks within the range. */
export function retryWaitMs(failure: unknown, chance: number): number {
  const isRefused = failure instanceof LibvirtError && failure.code === 'auth-failed';
  const { least, most } = isRefused ? retryAfterRefusalMs : retryMs;
  return least + chance * (most - least);
}

/**
 * The longest time for making one connection, in milliseconds. A daemon that is stopped, or still reads its guests' state,
 * leaves its socket open and says nothing; a try then waits in the socket's queue and is answered as soon as the daemon
 * runs. But a socket that was replaced meanwhile never answers, so tries are short at first. They get longer for a daemon
 * that is only slow; one that says nothing at all, not even to a PING, is left after six seconds all the same.
 */
const patienceMs = { least: 2000, most: 10_000 };

/**
 * Connects, has each session served, and connects again, until `signal` aborts; resolves then. Availability follows: set
 * with nothing awaited between a loss and NOT_SERVING.
 *
 * @throws InspectorError `unsupported-uri`, without having waited, if the address can never work
 */
export async function stayConnected(settings: StayConnectedSettings, signal: AbortSignal): Promise<void> {
  const { address, availability, logger } = settings;
  const { uri } = address;
  const log = createOutageLog({ logger, uri });
  const away = (error: unknown): void => {
    availability.set({ available: false, reason: messageOf(error) });
    log.away(error);
  };

  /** Serves a session to its end, however it ends. */
  const live = async (session: Session): Promise<void> => {
    const life = new AbortController();
    const over = life.signal;
    const stop = (): void => life.abort(signal.reason);
    const lose = (error: unknown): void => {
      if (over.aborted) return;
      away(error);
      life.abort(hypervisorUnavailable(uri, messageOf(error), error));
    };
    const ready = (facts: object): void => {
      over.throwIfAborted();
      availability.set({ available: true, hostname: session.hostname });
      log.back({ socket: session.probe.socketPath, daemon: session.probe.daemon, ...facts }, over);
      settings.onConnect();
    };
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
    void session.closed.then(lose);
    try {
      await settings.serve({ session, over, ready, lose });
    } catch (error) {
      lose(error);
    } finally {
      signal.removeEventListener('abort', stop);
      await session.close();
    }
  };

  let patience = patienceMs.least;
  let failure: unknown;
  const tryToConnect = async (): Promise<Session | undefined> => {
    try {
      const session = await openSession(address, settings.onCall, signal, patience);
      patience = patienceMs.least;
      failure = undefined;
      return session;
    } catch (error) {
      if (signal.aborted) return undefined;
      if (isPermanent(error)) throw new InspectorError('unsupported-uri', error.message, { cause: error });
      away(error);
      failure = error;
      const isSlow = error instanceof LibvirtError && error.code === 'timeout';
      patience = isSlow ? Math.min(2 * patience, patienceMs.most) : patienceMs.least;
      return undefined;
    }
  };

  while (!signal.aborted) {
    const session = await tryToConnect();
    if (session !== undefined) await live(session);
    await sleep(retryWaitMs(failure, Math.random()), signal).catch(() => {});
  }
  availability.set({ available: false, reason: 'the inspector is stopping' });
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
