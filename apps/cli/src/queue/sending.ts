import { DeadlineError, ticks, withDeadline } from '@nephometer/abortable';
import type { DeliveryEvents } from '@nephometer/delivery';
import { formatError } from '@nephometer/service';
import { escapeControls } from '../text/display-width.ts';
import { countText } from './amounts.ts';

/** Says something to the operator, as a line of its own. */
export type Say = (text: string) => void;

/** A {@link Say} that writes to standard error. */
export function createSay(stderr: NodeJS.WritableStream): Say {
  return (text) => void stderr.write(`nephometer queue: ${escapeControls(text)}\n`);
}

/** Events of a delivery for somebody who looks on, and what they came to. */
export interface SendingLog {
  readonly events: DeliveryEvents;
  /** Samples that the target took. */
  readonly sent: number;
  /** Samples that the target refused. */
  readonly refused: number;
  /** The publisher and the queue could be closed, and what was sent is noted in the queue. */
  readonly isClean: boolean;
}

/** Each reason for a refusal is said once, so many of them at most. */
const MOST_REASONS = 10;

/** A target that fails is said once until it works again; it is tried again all the while. */
export function createSendingLog(say: Say): SendingLog {
  let sent = 0;
  let refused = 0;
  let isClean = true;
  let isFailing = false;
  const reasons = new Set<string>();
  return {
    get sent() {
      return sent;
    },
    get refused() {
      return refused;
    },
    get isClean() {
      return isClean;
    },
    events: {
      delivered({ publisher, samples }) {
        sent += samples;
        if (isFailing) say(`${publisher} works again`);
        isFailing = false;
      },
      failed({ publisher, error }) {
        if (!isFailing) say(`${publisher} fails, and is tried again until it works: ${formatError(error)}`);
        isFailing = true;
      },
      refused({ publisher, samples, reason }) {
        refused += samples;
        if (reasons.has(reason) || reasons.size === MOST_REASONS) return;
        reasons.add(reason);
        say(`${publisher} refuses ${countText(samples, 'sample')} for ever: ${reason}`);
      },
      notStored({ publisher, error }) {
        isClean = false;
        say(
          `the queue of ${publisher} cannot be written, so what is sent now will be sent again: ${formatError(error)}`,
        );
      },
      stored({ publisher }) {
        isClean = true;
        say(`the queue of ${publisher} can be written again`);
      },
      closeFailed({ publisher, error }) {
        isClean = false;
        say(`${publisher} could not be closed in order: ${formatError(error)}`);
      },
    },
  };
}

/** How long something may take. */
export interface SendingTime {
  /** In ms; absent: until it is done. */
  readonly ms?: number;
  /** Asked now and then; what it says is said if it is not what it said before. */
  readonly progress: () => string;
  readonly say: Say;
  /** When to ask, for tests; every ten seconds by default. */
  readonly due?: (signal: AbortSignal) => AsyncIterable<unknown>;
}

const everyTenSeconds = (signal: AbortSignal): AsyncIterable<unknown> =>
  ticks({ intervalMs: 10_000, offsetMs: 0 }, signal);

/**
 * Sends, and says now and then how far it is.
 *
 * @returns whether it was done before the time was over
 * @throws the signal's reason
 */
export async function sendFor(
  time: SendingTime,
  signal: AbortSignal,
  send: (signal: AbortSignal) => Promise<void>,
): Promise<boolean> {
  const { ms } = time;
  return withChild(signal, async (child) => {
    const showing = showProgress(time, child.signal);
    try {
      await (ms === undefined ? send(signal) : withDeadline(signal, ms, send));
      return true;
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof DeadlineError && error.deadlineMs === ms) return false;
      throw error;
    } finally {
      child.abort();
      await showing;
    }
  });
}

async function showProgress({ progress, say, due = everyTenSeconds }: SendingTime, signal: AbortSignal): Promise<void> {
  let before = progress();
  try {
    for await (const _ of due(signal)) {
      const now = progress();
      if (now !== before) say(now);
      before = now;
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

/** Calls `fn` with a controller that aborts when the signal does. */
async function withChild<T>(signal: AbortSignal, fn: (child: AbortController) => Promise<T>): Promise<T> {
  const child = new AbortController();
  const forward = (): void => child.abort(signal.reason);
  signal.throwIfAborted();
  signal.addEventListener('abort', forward, { once: true });
  try {
    return await fn(child);
  } finally {
    signal.removeEventListener('abort', forward);
  }
}
