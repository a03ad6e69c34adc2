import type { Sample } from '@nephometer/sample';
import { noneDropped } from './ledger.ts';
import type { DropReason } from './ledger.ts';

/** What one call of `publish` brought for one publisher, until the last of its samples is delivered or dropped. */
export interface Parcel {
  readonly samples: readonly Sample[];
  /** How many from the start have left the queue. */
  taken: number;
  /** How many are neither delivered nor dropped. */
  open: number;
  delivered: number;
  readonly dropped: Record<DropReason, number>;
  /** Resolves when none is open; never rejects. */
  readonly settled: Promise<void>;
  readonly settle: () => void;
  /** The parcel that came after it in the queue. */
  next: Parcel | undefined;
}

/** A parcel of samples of which none has left; `invalid` more came with them and are dropped already. */
export function createParcel(samples: readonly Sample[], invalid: number): Parcel {
  const { promise, resolve } = Promise.withResolvers<void>();
  if (samples.length === 0) resolve();
  return {
    samples,
    taken: 0,
    open: samples.length,
    delivered: 0,
    dropped: { ...noneDropped(), invalid_volume: invalid },
    settled: promise,
    settle: resolve,
    next: undefined,
  };
}

/** Notes what became of some samples of a parcel. */
export function settleSamples(parcel: Parcel, count: number, outcome: 'delivered' | DropReason): void {
  if (outcome === 'delivered') parcel.delivered += count;
  else parcel.dropped[outcome] += count;
  parcel.open -= count;
  if (parcel.open === 0) parcel.settle();
}
