import { raceAbort } from '@nephometer/abortable';
import type { Connection, Domain, DomainStats } from '@nephometer/libvirt';
import { StatsFlag } from '@nephometer/libvirt';
import type { Lanes } from './lanes.ts';

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
   * if all of it is taken by late ones. Rejects with a LibvirtError if no connection can be made, or the reason of `signal`.
   */
  send(domains: readonly Domain[], groups: number, signal: AbortSignal): Promise<MonitorCall | undefined>;
}

/** No call is under way at first. */
export function createMonitorCalls(lanes: Lanes, maximum: number, onSend: () => void): MonitorCalls {
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
        return sendOn(await lanes.take(signal), domains, groups);
      } finally {
        reserved--;
        wakeAll();
      }
    },
  };
}
