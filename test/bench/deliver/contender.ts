import type { DeliveryOptions } from '@nephometer/plugin';

/** Something that takes samples away, or does a part of that. */
export interface Contender {
  readonly name: string;
  /** What samples wait in on their way; absent: no delivery is measured. */
  readonly queue?: DeliveryOptions['queue'];
  /**
   * Makes ready what so many cycles need, which does not count; gives the work that does, to be called once. It has ended
   * when all of the cycles is done, also in other threads. Rejects with the signal's reason, or if anything was not as it should.
   */
  prepare(cycles: number): (signal: AbortSignal) => void | Promise<void>;
  /** Lets go of everything. Gives what a reader of its numbers has to know. Throws if anything was not as it should. */
  close?(): Promise<string | undefined>;
}

/** A contender with only one way to be made ready: it does nothing but this, at once. */
export function createStage<T>(name: string, prepare: (cycles: number) => T, work: (prepared: T) => void): Contender {
  return {
    name,
    prepare(cycles) {
      const prepared = prepare(cycles);
      return () => work(prepared);
    },
  };
}
