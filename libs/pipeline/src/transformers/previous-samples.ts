import type { Sample } from '@nephometer/sample';
import { subtract } from './amount.ts';
import type { Amount } from './amount.ts';
import type { TransformerReport } from './factory.ts';
import { createRecentMap, keyOf } from './recent-map.ts';
import type { RecentMapLimits } from './recent-map.ts';
import { timestampUs } from './timestamp-us.ts';

/** From the sample before to this one. */
export interface Growth {
  readonly amount: Amount;
  /** At least 0. */
  readonly elapsedUs: number;
}

/** The last sample of each meter and resource. */
export interface PreviousSamples {
  /**
   * What a sample has grown by since the one before it, whose place it takes. `undefined` for the first one, and for one that
   * is older than the one before it, which then stays.
   */
  growthOf(sample: Sample): Growth | undefined;
  report(): TransformerReport;
}

/** No samples yet. */
export function createPreviousSamples(limits: RecentMapLimits): PreviousSamples {
  const previous = createRecentMap<Amount & { readonly us: number }>(limits);
  return {
    growthOf(sample) {
      const key = keyOf(sample.name, sample.resourceId);
      const before = previous.get(key);
      const us = timestampUs(sample.timestamp);
      if (before !== undefined && us < before.us) return undefined;
      previous.set(key, { volume: sample.volume, isFloat: sample.isFloat, us });
      return before && { amount: subtract(sample, before), elapsedUs: us - before.us };
    },
    report: () => ({ held: previous.size(), evicted: previous.evicted(), failed: 0, error: undefined }),
  };
}
