import type { Refusal } from '@nephometer/plugin';

/** More reasons than anybody reads: the others are counted together. */
const mostReasons = 20;

/** Counts what is refused; samples with the same reason are counted together. */
export interface Refusals {
  /**
   * @param samples 1 by default
   * @param example what is refused, of which only the first is told
   */
  add(reason: string, samples?: number, example?: string): void;
  /** One entry for each reason, in the order in which they came up. */
  list(): readonly Refusal[];
}

/** Nothing is refused yet. */
export function createRefusals(): Refusals {
  const byReason = new Map<string, { samples: number; readonly example: string | undefined }>();
  return {
    add(reason, samples = 1, example = undefined) {
      const isKept = byReason.has(reason) || byReason.size < mostReasons;
      const kept = isKept ? reason : 'other reasons';
      const entry = byReason.get(kept) ?? { samples: 0, example: isKept ? example : undefined };
      entry.samples += samples;
      byReason.set(kept, entry);
    },
    list: () =>
      [...byReason].map(([reason, { samples, example }]) => ({
        samples,
        reason: example === undefined ? reason : `${reason}; for example ${example}`,
      })),
  };
}
