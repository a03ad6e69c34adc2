import { raceAbort } from './race-abort.ts';
import { sleep } from './sleep.ts';

/** What {@link waitAtMost} resolves to when its time is over. */
export const tooLate: unique symbol = Symbol('too late');

/**
 * Waits for `promise`, but for no longer than `ms` milliseconds: settles as it does, or resolves to {@link tooLate}, or
 * rejects with the signal's reason, whichever comes first. An abort that has happened before comes first in any case.
 *
 * The work behind `promise` goes on; how it ends is then for others to hear, and a failure that nobody hears does no harm.
 * For work that is to end with the wait there is `withDeadline`. Nothing stays attached to `signal`, and no timer runs,
 * afterwards.
 */
export async function waitAtMost<T>(promise: Promise<T>, ms: number, signal: AbortSignal): Promise<T | typeof tooLate> {
  const patience = new AbortController();
  const give = (): typeof tooLate => tooLate;
  const over = sleep(ms, patience.signal).then(give, give);
  try {
    return await raceAbort(Promise.race([promise, over]), signal);
  } finally {
    patience.abort();
  }
}
