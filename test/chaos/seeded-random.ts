/** Numbers that look random and are the same for the same seed. */
export interface SeededRandom {
  readonly seed: number;
  /** A whole number from 0 to `below - 1`. */
  next(below: number): number;
  /** One of the items; there must be one. */
  pick<T>(items: readonly T[]): T;
}

/**
 * Marsaglia's xorshift with 32 bits (Journal of Statistical Software 8, 14). A test names the seed when it fails, and
 * `CHAOS_SEED` runs it with that one again.
 */
export function seededRandom(seed = Number(process.env['CHAOS_SEED'] ?? 1 + (Date.now() % 0x7fffffff))): SeededRandom {
  // All zeros is the one state it never leaves.
  let state = seed >>> 0 || 1;
  const next = (below: number): number => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state % below;
  };
  return {
    seed,
    next,
    pick: (items) => {
      const item = items[next(items.length)];
      if (item === undefined) throw new RangeError('nothing to pick from');
      return item;
    },
  };
}
