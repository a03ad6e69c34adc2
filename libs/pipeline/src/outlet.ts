import type { Sample } from '@nephometer/sample';

/** Where samples leave a pipeline for one publisher: what a delivery is to it. */
export interface Outlet {
  /** Takes samples, in order. Never waits and never throws. */
  accept(samples: readonly Sample[]): void;
}
