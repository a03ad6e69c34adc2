import type { Sample } from '@nephometer/sample';
import type { Parcel } from './parcel.ts';

/** Samples that have left a queue together, in order, and the parcels they belong to. */
export interface Batch {
  readonly samples: readonly Sample[];
  readonly shares: readonly Share[];
}

/** So many samples of one parcel. */
export interface Share {
  readonly parcel: Parcel;
  readonly count: number;
}

/** Parcels in the order of their arrival. Samples leave from the oldest on. */
export interface ParcelQueue {
  /** Samples in it. */
  readonly size: () => number;
  add(parcel: Parcel): void;
  /** Takes the oldest samples, at most `limit`; from several parcels if need be. */
  take(limit: number): Batch;
}

/** An empty queue: a linked list, so that neither end costs more when it is long. */
export function createParcelQueue(): ParcelQueue {
  let first: Parcel | undefined;
  let last: Parcel | undefined;
  let size = 0;

  /** Takes samples of the oldest parcel, which goes when it has none left. */
  function takeFromFirst(parcel: Parcel, limit: number): readonly Sample[] {
    const start = parcel.taken;
    const end = Math.min(parcel.samples.length, start + limit);
    parcel.taken = end;
    size -= end - start;
    if (end === parcel.samples.length) {
      first = parcel.next;
      parcel.next = undefined;
      if (first === undefined) last = undefined;
    }
    return start === 0 && end === parcel.samples.length ? parcel.samples : parcel.samples.slice(start, end);
  }

  return {
    size: () => size,
    add(parcel) {
      if (parcel.samples.length === 0) return;
      if (last === undefined) first = parcel;
      else last.next = parcel;
      last = parcel;
      size += parcel.samples.length;
    },
    take(limit) {
      const parts: (readonly Sample[])[] = [];
      const shares: Share[] = [];
      for (let left = limit; left > 0 && first !== undefined;) {
        const parcel = first;
        const part = takeFromFirst(parcel, left);
        parts.push(part);
        shares.push({ parcel, count: part.length });
        left -= part.length;
      }
      const [only, ...others] = parts;
      return { samples: others.length === 0 ? (only ?? []) : parts.flat(), shares };
    },
  };
}
