/** What a test did to its guests, and when: for the time of it nothing can be expected of that guest. Epoch milliseconds. */
export interface Disturbances {
  /** Does something to a guest; it counts as disturbed from now until the work has settled. */
  during<T>(guest: string, work: () => Promise<T>): Promise<T>;
  /** Whether the guest was left in peace for all of this time. */
  isPeaceful(guest: string, fromMs: number, toMs: number): boolean;
}

interface Disturbance {
  readonly guest: string;
  readonly fromMs: number;
  toMs: number;
}

/** Nothing has been done yet. */
export function createDisturbances(): Disturbances {
  const all: Disturbance[] = [];
  return {
    async during(guest, work) {
      const entry = { guest, fromMs: Date.now(), toMs: Infinity };
      all.push(entry);
      try {
        return await work();
      } finally {
        entry.toMs = Date.now();
      }
    },
    isPeaceful: (guest, fromMs, toMs) =>
      !all.some((entry) => entry.guest === guest && entry.fromMs <= toMs && entry.toMs >= fromMs),
  };
}
