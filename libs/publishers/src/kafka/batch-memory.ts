import type { Sample } from '@nephometer/sample';

/** What is known to be stored of one batch. */
export interface BatchMemory {
  /** Whether the sample at a place is stored, by this call or by an earlier one that failed. */
  isStored(index: number): boolean;
  store(index: number): void;
  /** How many samples from the beginning are stored. */
  done(): number;
  /** The batch has been delivered and does not come again. */
  forget(): void;
}

/** Ids that are kept. More would be of batches that failed and never came again, which nobody asks for. */
const mostIds = 100_000;

/**
 * Remembers which samples of batches that failed are stored, by their ids: they come again, and need not be sent. Without it what
 * fails at one partition would be doubled in the others.
 */
export function createBatchMemory(): { of(samples: readonly Sample[]): BatchMemory } {
  const stored = new Set<string>();
  return {
    of: (samples) => ({
      isStored: (index) => stored.has(samples[index]?.id ?? ''),
      store(index) {
        const id = samples[index]?.id;
        if (id === undefined) return;
        if (stored.size >= mostIds) stored.clear();
        stored.add(id);
      },
      done() {
        const first = samples.findIndex(({ id }) => !stored.has(id));
        return first === -1 ? samples.length : first;
      },
      forget() {
        for (const { id } of samples) stored.delete(id);
      },
    }),
  };
}
