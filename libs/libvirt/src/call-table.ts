import type { Buffer } from 'node:buffer';
import type { CallOptions } from './calls/call.ts';
import { LibvirtError } from './error.ts';
import { writeSerial } from './wire/frame.ts';

/** A finished request frame (its serial still open) and what becomes of its answer. */
export interface Exchange<T> {
  readonly frame: Buffer;
  /** For messages: which procedure, on what, where. */
  readonly context: string;
  /** Turns the reply into the result; what it throws rejects the call. */
  readonly accept: (reply: Buffer) => T;
}

export interface CallTableOptions {
  /** Calls sent and unanswered at a time. */
  readonly maxInFlight: number;
  /** Calls waiting for one of those slots; one more is refused with `queue-full`. */
  readonly maxQueued: number;
  /** For calls that bring none; `Infinity` for no limit. */
  readonly timeoutMs: number;
  readonly send: (frame: Buffer) => void;
}

/** What {@link CallTable.answer} made of a reply. */
export type Answered = 'delivered' | 'late' | 'unknown';

/** The calls of one connection: which are in flight, under which serial, and which wait for a slot, in order. */
export interface CallTable {
  /** Calls sent that the daemon has not answered, abandoned ones included. */
  readonly outstanding: number;
  /** Calls waiting for a slot. */
  readonly queued: number;
  run<T>(exchange: Exchange<T>, options: CallOptions): Promise<T>;
  /** Hands a reply to its call and gives the slot to the next. A `protocol-error` of the reply's decoding is rethrown. */
  answer(serial: number, reply: Buffer): Answered;
  /** Rejects every call, and all that follow, with `error`. */
  fail(error: LibvirtError): void;
}

interface Entry {
  readonly frame: Buffer;
  /** Undefined once the caller has been answered or has given up. */
  caller: { accept(reply: Buffer): void; reject(reason: Error): void } | undefined;
}

/** Node's timers take no more; a longer wait is as good as none. */
const maxTimerMs = 0x7fffffff;

export function createCallTable(options: CallTableOptions): CallTable {
  const inFlight = new Map<number, Entry>();
  // A set keeps its order and lets a cancelled call leave from the middle.
  const queue = new Set<Entry>();
  let lastSerial = 0;
  let failure: LibvirtError | undefined;

  const nextSerial = (): number => {
    do lastSerial = lastSerial === 0xffffffff ? 1 : lastSerial + 1;
    while (inFlight.has(lastSerial));
    return lastSerial;
  };

  const sendWhatFits = (): void => {
    for (const entry of queue) {
      if (inFlight.size >= options.maxInFlight) return;
      queue.delete(entry);
      const serial = nextSerial();
      inFlight.set(serial, entry);
      writeSerial(entry.frame, serial);
      options.send(entry.frame);
    }
  };

  const run = <T>(exchange: Exchange<T>, { signal, timeoutMs = options.timeoutMs }: CallOptions): Promise<T> =>
    new Promise<T>((resolve, reject) => {
      signal?.throwIfAborted();
      if (failure !== undefined) throw failure;
      if (!(timeoutMs > 0)) throw new LibvirtError('invalid-argument', `timeoutMs must be above 0, not ${timeoutMs}`);
      if (inFlight.size >= options.maxInFlight && queue.size >= options.maxQueued) {
        throw new LibvirtError('queue-full', `${exchange.context}: ${queue.size} calls already wait for a free slot`);
      }

      let timer: NodeJS.Timeout | undefined;
      const settle = (): void => {
        entry.caller = undefined;
        clearTimeout(timer);
        signal?.removeEventListener('abort', abort);
      };
      const giveUp = (reason: Error): void => {
        settle();
        queue.delete(entry);
        reject(reason);
      };
      // A signal's reason is passed on as it is, Error or not.
      const abort = (): void => giveUp(signal?.reason as Error);
      const entry: Entry = {
        frame: exchange.frame,
        caller: {
          accept: (reply) => {
            settle();
            try {
              resolve(exchange.accept(reply));
            } catch (thrown) {
              const error = thrown as Error;
              reject(error);
              if (error instanceof LibvirtError && error.code === 'protocol-error') throw error;
            }
          },
          reject: giveUp,
        },
      };

      if (timeoutMs <= maxTimerMs) {
        timer = setTimeout(() => {
          const where = queue.has(entry) ? `still waiting for one of ${options.maxInFlight} slots` : 'not answered';
          giveUp(new LibvirtError('timeout', `${exchange.context}: ${where} after ${timeoutMs} ms`));
        }, timeoutMs);
      }
      signal?.addEventListener('abort', abort, { once: true });
      queue.add(entry);
      sendWhatFits();
    });

  const answer = (serial: number, reply: Buffer): Answered => {
    const entry = inFlight.get(serial);
    if (entry === undefined) return 'unknown';
    inFlight.delete(serial);
    const { caller } = entry;
    caller?.accept(reply);
    sendWhatFits();
    return caller === undefined ? 'late' : 'delivered';
  };

  const fail = (error: LibvirtError): void => {
    failure = error;
    const entries = [...inFlight.values(), ...queue];
    inFlight.clear();
    queue.clear();
    for (const entry of entries) entry.caller?.reject(error);
  };

  return {
    get outstanding() {
      return inFlight.size;
    },
    get queued() {
      return queue.size;
    },
    run,
    answer,
    fail,
  };
}
