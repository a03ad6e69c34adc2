import { raceAbort } from '@nephometer/abortable';
import type { Connection, Domain, DomainStats } from '@nephometer/libvirt';
import { StatsFlag } from '@nephometer/libvirt';
import type { Lanes } from './lanes.ts';
import type { ThreadCheck } from './thread-check.ts';

/** A bulk call that asks guests' monitors. It goes on, whatever becomes of the reading that made it. */
export interface MonitorCall {
  readonly domains: readonly Domain[];
  /** Counts the calls in the order in which they were sent. */
  readonly number: number;
  /** When it was sent, in epoch milliseconds. */
  readonly sentAtMs: number;
  /** Settles when the daemon answers, however late, or the connection ends. */
  readonly reply: Promise<DomainStats[]>;
  /** The reply has settled. */
  readonly isAnswered: boolean;
  /** Nobody waits for it any more: it took too long, or its reading was given up. */
  readonly isLate: boolean;
  /** Makes it late: whoever waits for room to call counts on it no longer. */
  markLate(): void;
}

/**
 * All calls to one daemon that may wait for a hung guest. Such a call takes one of the daemon's threads until the guest
 * answers or ends, even if its connection is closed, so there are never more than `maximum` of them unanswered.
 */
export interface MonitorCalls {
  readonly maximum: number;
  /** Calls that could be sent now besides the late ones. */
  readonly room: number;
  /** Late or not, in the order in which they were sent. */
  readonly unanswered: readonly MonitorCall[];
  /**
   * Sends a call for these domains, and for no others. Waits while all room is taken by calls that are not late; `undefined`
   * if all of it is taken by late ones, or the daemon has no thread for it. Rejects with a LibvirtError if no connection can
   * be made, or the reason of `signal`.
   */
  send(domains: readonly Domain[], groups: number, signal: AbortSignal): Promise<MonitorCall | undefined>;
}

/**
 * So many calls may be unanswered before the next one is only sent to a thread that is known to wait for it: libvirtd starts
 * five, and its pool does not grow reliably. It adds a thread only if as many calls are queued as threads are free (the
 * difference of two unsigned numbers, virThreadPoolSendJob), so that of calls which come at once the second one finds the first
 * still queued and adds none. If the threads that there are all wait for hung guests by then, nobody is answered any more.
 */
const uncheckedCalls = 3;

/** What {@link createMonitorCalls} works with. */
export interface MonitorCallsSettings {
  readonly lanes: Lanes;
  readonly maximum: number;
  /** Used by these calls alone: an answer to a question from before the last call would tell nothing. */
  readonly hasThread: ThreadCheck;
  readonly onSend: () => void;
}

/** No call is under way at first. */
export function createMonitorCalls({ lanes, maximum, hasThread, onSend }: MonitorCallsSettings): MonitorCalls {
  const underWay = new Set<MonitorCall>();
  const waiting = new Set<() => void>();
  /** Room that is taken and has no call yet, because its connection is being made. */
  let reserved = 0;
  let sent = 0;

  const lateOnes = (): MonitorCall[] => [...underWay].filter((call) => call.isLate);
  const wakeAll = (): void => {
    for (const wake of waiting) wake();
    waiting.clear();
  };
  const roomOrLate = (signal: AbortSignal): Promise<void> =>
    raceAbort(new Promise<void>((resolve) => waiting.add(resolve)), signal);

  /** Settles when the last of those who look for a thread has sent its call. */
  let lastTurn: Promise<unknown> = Promise.resolve();

  const sendOn = (lane: Connection, domains: readonly Domain[], groups: number): MonitorCall => {
    onSend();
    const reply = lane.getAllDomainStats({ domains, groups, flags: StatsFlag.NOWAIT }, { timeoutMs: Infinity });
    let isAnswered = false;
    let isLate = false;
    const call: MonitorCall = {
      domains,
      number: ++sent,
      sentAtMs: Date.now(),
      reply,
      get isAnswered() {
        return isAnswered;
      },
      get isLate() {
        return isLate;
      },
      markLate() {
        if (isAnswered || isLate) return;
        isLate = true;
        wakeAll();
      },
    };
    underWay.add(call);
    const answered = (): void => {
      isAnswered = true;
      underWay.delete(call);
      lanes.giveBack(lane);
      wakeAll();
    };
    reply.then(answered, answered);
    return call;
  };

  /** The thread that was found is there for the next call, and the queue was empty: that call makes the pool grow if need be. */
  const sendChecked = (
    lane: Connection,
    domains: readonly Domain[],
    groups: number,
    signal: AbortSignal,
  ): Promise<MonitorCall | undefined> => {
    const turn = lastTurn.then(async () => {
      signal.throwIfAborted();
      if (underWay.size < uncheckedCalls || (await hasThread(signal))) return sendOn(lane, domains, groups);
      return undefined;
    });
    lastTurn = turn.catch(() => undefined);
    return turn;
  };

  return {
    maximum,
    get room() {
      return maximum - lateOnes().length;
    },
    get unanswered() {
      return [...underWay];
    },
    async send(domains, groups, signal) {
      signal.throwIfAborted();
      while (underWay.size + reserved >= maximum) {
        if (lateOnes().length >= maximum) return undefined;
        await roomOrLate(signal);
      }
      reserved++;
      try {
        const lane = await lanes.take(signal);
        let call: MonitorCall | undefined;
        try {
          call = await sendChecked(lane, domains, groups, signal);
        } finally {
          if (call === undefined) lanes.giveBack(lane);
        }
        return call;
      } finally {
        reserved--;
        wakeAll();
      }
    },
  };
}
