import type { Window } from './read-windows.ts';

/**
 * A sample arrives some time after its timestamp, and others of its cycle, which tell when it was really read, some time before
 * or after it.
 */
const MARGIN_MS = 30_000;

/** Spans of time in which samples may have been lost, by their timestamps. */
export interface Gaps {
  /** Whether a sample of this time may be missing. */
  touch(window: Window): boolean;
}

/** @param lost when something may have come that is not known, in the order of time */
export function createGaps(lost: readonly Window[]): Gaps {
  return {
    touch: ({ fromMs, toMs }) => lost.some((gap) => gap.fromMs - MARGIN_MS <= toMs && fromMs <= gap.toMs + MARGIN_MS),
  };
}

/** Adds the latest gap to those before. One that comes within half a minute of the last one makes that one longer. */
export function addGap(gaps: Window[], gap: Window): void {
  const last = gaps.at(-1);
  if (last !== undefined && gap.fromMs - last.toMs <= MARGIN_MS) {
    gaps[gaps.length - 1] = { fromMs: Math.min(last.fromMs, gap.fromMs), toMs: Math.max(last.toMs, gap.toMs) };
  } else {
    gaps.push(gap);
  }
}
