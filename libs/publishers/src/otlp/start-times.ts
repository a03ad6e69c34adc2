import type { MeterType } from '@nephometer/sample';

/** What a point of a series says. Times in microseconds since 1970. */
export interface SeriesPoint {
  readonly type: MeterType;
  readonly timeUs: number;
  readonly volume: number;
}

/** Start times of the points of one batch. */
export interface BatchStartTimes {
  /**
   * Since when the point of a series counts; 0, for none, if it is a level. The points of a series come in the order of
   * time.
   *
   * @param place what tells the resource and the device apart from all others
   * @param meter what tells the meter apart from all others of that place
   */
  of(place: string, meter: string, point: SeriesPoint): number;
  /** The batch did not arrive: its points are forgotten, and get the same start times when they come again. */
  undo(): void;
}

/** Remembers the last point of each series that counts, see {@link createStartTimes}. */
export interface StartTimes {
  /** Batches may overlap if they have no series in common. */
  begin(): BatchStartTimes;
}

/** What was last seen of a series. */
interface Series {
  startUs: number;
  /** -1: nothing yet. */
  timeUs: number;
  volume: number;
}

/**
 * Gives points their start times by the rules of the data model of OpenTelemetry ("Resets and Gaps"):
 *
 * - The first point of a total starts when it ends: since when it counts is not known, and it is no growth.
 * - Those that follow have the same start, until one is lower than the point before: the counter began anew, at zero,
 *   some time after that point, whose time is the new start.
 * - A delta starts where the one before ended; the first one when it ends.
 * - A point that is not newer than the last changes nothing. One from before the start of its series starts when it
 *   ends.
 *
 * @param limit so many series are remembered for certain, and at most twice as many. Those that were not seen for the
 *   longest time are forgotten; they begin anew.
 */
export function createStartTimes(limit = 1_000_000): StartTimes {
  // Two generations: what is seen moves to the young one, and when that is full, the old one goes as a whole.
  let young = new Map<string, Map<string, Series>>();
  let old = new Map<string, Map<string, Series>>();
  let youngCount = 0;

  function count(more: number): void {
    youngCount += more;
    if (youngCount < limit) return;
    old = young;
    young = new Map();
    youngCount = 0;
  }

  function meters(place: string): Map<string, Series> {
    const known = young.get(place);
    if (known !== undefined) return known;
    const moved = old.get(place) ?? new Map<string, Series>();
    old.delete(place);
    young.set(place, moved);
    count(moved.size);
    return moved;
  }

  function find(place: string, meter: string): Series {
    const ofPlace = meters(place);
    let series = ofPlace.get(meter);
    if (series === undefined) {
      series = { startUs: 0, timeUs: -1, volume: 0 };
      ofPlace.set(meter, series);
      count(1);
    }
    return series;
  }

  return {
    begin() {
      const changed: { readonly series: Series; readonly before: Series }[] = [];
      return {
        of(place, meter, { type, timeUs, volume }) {
          if (type === 'gauge') return 0;
          const series = find(place, meter);
          if (timeUs <= series.timeUs)
            return type === 'cumulative' && series.startUs <= timeUs ? series.startUs : timeUs;
          changed.push({ series, before: { ...series } });
          const isFirst = series.timeUs < 0;
          if (isFirst) series.startUs = timeUs;
          else if (type === 'delta' || volume < series.volume) series.startUs = series.timeUs;
          series.timeUs = timeUs;
          series.volume = volume;
          return series.startUs;
        },
        undo() {
          for (const { series, before } of changed.splice(0).reverse()) Object.assign(series, before);
        },
      };
    },
  };
}
