/** A span of time in which something was read. */
export interface Window {
  readonly fromMs: number;
  readonly toMs: number;
}

/** When a host was read for a meter, by Ceilometer's timestamps. */
export interface MeterStamp {
  readonly meter: string;
  readonly atMs: number;
}

/** A meter that comes again after at least this time belongs to the next cycle. */
const SHORTEST_CYCLE_MS = 900;

/** The least time that is allowed for a reading before the first stamp of a cycle, and for one after the last. */
const SHORTEST_READING_MS = 500;

/** Nothing for so long: what follows is another cycle. A hypervisor that does not answer holds a cycle for some seconds only. */
const LONGEST_PAUSE_MS = 30_000;

/**
 * When Ceilometer really read a host, from the timestamps of its samples. It stamps each meter before it begins to read, and
 * keeps what it has read for the later meters of the cycle; what it read for a meter that then gave no sample, too. So a sample
 * was read somewhere between a while before the first stamp of its cycle and a while after the last one, no matter what it
 * says itself: on a busy host that is seconds before or after.
 *
 * @returns the window of one of these timestamps
 */
export function createWindows(stamps: readonly MeterStamp[]): (atMs: number) => Window {
  const cycles = cyclesOf(stamps);
  return (atMs) => {
    let low = 0;
    let high = cycles.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((cycles[middle]?.firstMs ?? Infinity) <= atMs) low = middle + 1;
      else high = middle;
    }
    const { firstMs, lastMs, pauseMs } = cycles[low - 1] ?? { firstMs: atMs, lastMs: atMs, pauseMs: 0 };
    const readingMs = Math.max(SHORTEST_READING_MS, 2 * pauseMs);
    return { fromMs: firstMs - readingMs, toMs: lastMs + readingMs };
  };
}

interface Cycle {
  readonly firstMs: number;
  lastMs: number;
  /** The longest time from one stamp to the next: a reading at its edge may have taken as long, or twice. */
  pauseMs: number;
  readonly firstOfMeter: Map<string, number>;
}

function cyclesOf(stamps: readonly MeterStamp[]): readonly Cycle[] {
  const cycles: Cycle[] = [];
  for (const { meter, atMs } of stamps.toSorted((left, right) => left.atMs - right.atMs)) {
    const last = cycles.at(-1);
    if (last === undefined || isNextCycle(last, meter, atMs)) {
      cycles.push({
        firstMs: atMs,
        lastMs: atMs,
        pauseMs: 0,
        firstOfMeter: new Map([[meter, atMs]]),
      });
      continue;
    }
    last.pauseMs = Math.max(last.pauseMs, atMs - last.lastMs);
    last.lastMs = atMs;
    if (!last.firstOfMeter.has(meter)) last.firstOfMeter.set(meter, atMs);
  }
  return cycles;
}

function isNextCycle({ lastMs, firstOfMeter }: Cycle, meter: string, atMs: number): boolean {
  if (atMs - lastMs > LONGEST_PAUSE_MS) return true;
  return atMs - (firstOfMeter.get(meter) ?? atMs) >= SHORTEST_CYCLE_MS;
}
