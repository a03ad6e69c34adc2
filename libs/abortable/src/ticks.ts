import { sleep } from './sleep.ts';

/** One moment at which a task is due. */
export interface Tick {
  /** When it was due, in milliseconds since 1970. */
  readonly dueAtMs: number;
  /** Ticks that passed while the consumer was still busy with the one before. */
  readonly skipped: number;
}

/** When {@link ticks} come. */
export interface TickOptions {
  /** Time between two ticks in milliseconds. */
  readonly intervalMs: number;
  /** Ticks are due when the wall clock modulo the interval is this many milliseconds. */
  readonly offsetMs: number;
  /** The first tick comes at once; the next one then at least half an interval later. Default: false. */
  readonly immediate?: boolean;
}

/** What tells the time; tests hand in their own. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}

const wallClock: Clock = { now: () => Date.now(), sleep };

/**
 * The ticks of a task, without end: `for await (const tick of ticks({ intervalMs, offsetMs }, signal))`.
 *
 * They keep to the wall clock and never pile up: while the loop's body runs, due ticks are skipped and counted in the next
 * one. A clock that is set back or forth moves the next tick, not the interval. Throws the signal's reason when aborted.
 */
export async function* ticks(
  options: TickOptions,
  signal: AbortSignal,
  clock: Clock = wallClock,
): AsyncGenerator<Tick> {
  const { intervalMs, offsetMs, immediate = false } = options;
  const nextAfter = (ms: number): number => (Math.floor((ms - offsetMs) / intervalMs) + 1) * intervalMs + offsetMs;

  signal.throwIfAborted();
  let dueAtMs = nextAfter(clock.now());
  if (immediate) {
    const startedAtMs = clock.now();
    yield { dueAtMs: startedAtMs, skipped: 0 };
    dueAtMs = nextAfter(startedAtMs + intervalMs / 2);
  }
  while (true) {
    const lateMs = clock.now() - dueAtMs;
    // The tick that fell due while the body ran is gone, and so are those after it up to now.
    const skipped = lateMs > 0 ? Math.floor(lateMs / intervalMs) + 1 : 0;
    dueAtMs += skipped * intervalMs;
    // More than an interval away: the clock was set back.
    if (dueAtMs - clock.now() > 1.5 * intervalMs) dueAtMs = nextAfter(clock.now());
    while (clock.now() < dueAtMs) await clock.sleep(dueAtMs - clock.now(), signal);
    yield { dueAtMs, skipped };
    dueAtMs += intervalMs;
  }
}
