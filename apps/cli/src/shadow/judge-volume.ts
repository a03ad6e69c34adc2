/** A volume of Ceilometer's and ours around it. */
export interface VolumeCase {
  readonly type: string;
  readonly unit: string | null;
  readonly theirs: number;
  /** Our volumes from the last one before theirs to the first one after it, at least two, in the order of time. */
  readonly around: readonly number[];
  /** Highest less lowest of our volumes in the whole run. */
  readonly ourWay: number;
  /** Highest less lowest of theirs. */
  readonly theirWay: number;
}

/**
 * How a volume fits:
 *
 * - `equal`: ours did not move, and theirs is the same
 * - `between`: it is between two of ours
 * - `moved`: it moves, and theirs is near ours, or cannot be compared more closely
 * - `differs`: none of that
 */
export type VolumeVerdict = 'equal' | 'between' | 'moved' | 'differs';

/** How far beyond ours a gauge that moves may be: this many times the whole way ours went, or this share of itself. */
const WAYS = 3;
const SHARE = 0.1;

/** Holds a volume against ours before and after it. */
export function judgeVolume(volumes: VolumeCase): VolumeVerdict {
  const { theirs, around, type } = volumes;
  if (around.every((volume) => isSame(volume, theirs))) return 'equal';
  const lowest = Math.min(...around);
  const highest = Math.max(...around);
  if (theirs >= lowest && theirs <= highest) return 'between';
  if (type !== 'cumulative') return mayHaveMoved(volumes, lowest, highest) ? 'moved' : 'differs';
  // A counter that was set back has been as high as nobody knows, and as low as zero.
  return isReset(around) && theirs >= 0 ? 'moved' : 'differs';
}

/** What a delta of Ceilometer's can be at least and at most, by ours. */
export interface DeltaBounds {
  /** The sum of our deltas that lie wholly within its span. */
  readonly least: number;
  /** The sum of those that touch its span. */
  readonly most: number;
}

/** Holds a delta against ours: the two were counted from different moments, but one cannot have grown outside of the other. */
export function judgeDelta(theirs: number, { least, most }: DeltaBounds): VolumeVerdict {
  if (theirs === least && least === most) return 'equal';
  return theirs >= least && theirs <= most ? 'between' : 'differs';
}

function mayHaveMoved(volumes: VolumeCase, lowest: number, highest: number): boolean {
  const { theirs, ourWay, theirWay } = volumes;
  if (ourWay === 0 && theirWay === 0) return false;
  if (isOfSpan(volumes)) return true;
  const beyond = theirs > highest ? theirs - highest : lowest - theirs;
  return beyond <= WAYS * ourWay || beyond <= SHARE * Math.max(Math.abs(highest), Math.abs(lowest));
}

/** Whether a sample speaks of the time between two readings: the other side's two were others. */
export function isOfSpan({ type, unit }: Pick<VolumeCase, 'type' | 'unit'>): boolean {
  return type === 'delta' || unit === '%' || unit === 'ms' || (unit?.endsWith('/s') ?? false);
}

function isReset(volumes: readonly number[]): boolean {
  return volumes.some((volume, index) => volume < (volumes[index - 1] ?? -Infinity));
}

/** Python and JavaScript divide alike, but not always in the same order. */
function isSame(left: number, right: number): boolean {
  return left === right || Math.abs(left - right) <= 1e-12 * Math.max(Math.abs(left), Math.abs(right));
}
