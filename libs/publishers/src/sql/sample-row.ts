import type { Sample } from '@nephometer/sample';
import { createSampleMicroseconds } from '../otlp/sample-microseconds.ts';
import type { Refusals } from '../refusals.ts';
import { createResourceRows } from './resource-row.ts';
import type { ResourceRow } from './resource-row.ts';
import { storableText } from './storable-text.ts';

/** A sample as it goes into a table. */
export interface SampleRow {
  /** Microseconds since 1970. */
  readonly timeUs: number;
  /** The id without its hyphens: 32 hexadecimal digits. */
  readonly id: string;
  readonly volume: number;
  /** In seconds. */
  readonly monotonicTime: number | null;
  readonly meter: MeterRow;
  readonly resource: ResourceRow;
}

/** What samples of a meter share. */
export interface MeterRow {
  /** The same for the same content, and only for that. */
  readonly key: string;
  readonly name: string;
  readonly type: string;
  readonly unit: string;
  readonly isFloat: boolean;
}

/** Turns samples into rows. */
export interface SampleRows {
  /**
   * The rows of samples, in order, without those that no database takes.
   *
   * @param oldestUs samples from before this time are refused, too: they would go at once; in microseconds since 1970
   */
  of(samples: readonly Sample[], oldestUs: number, refusals: Refusals): readonly SampleRow[];
}

const idPattern = /^([0-9a-f]{8})-([0-9a-f]{4})-([0-9a-f]{4})-([0-9a-f]{4})-([0-9a-f]{12})$/i;

/** Remembers what samples share. */
export function createSampleRows(): SampleRows {
  const microseconds = createSampleMicroseconds();
  const resourceOf = createResourceRows();
  const meterOf = createMeterRows();
  return {
    of(samples, oldestUs, refusals) {
      const rows: SampleRow[] = [];
      for (const sample of samples) {
        const timeUs = microseconds(sample.timestamp);
        const problem = problemWith(sample, timeUs, oldestUs);
        if (problem !== undefined || timeUs === undefined) {
          refusals.add(problem ?? '');
          continue;
        }
        rows.push({
          timeUs,
          id: sample.id.replaceAll('-', ''),
          volume: sample.volume,
          monotonicTime: sample.monotonicTime,
          meter: meterOf(sample),
          resource: resourceOf(sample),
        });
      }
      return rows;
    },
  };
}

function problemWith({ id, volume }: Sample, timeUs: number | undefined, oldestUs: number): string | undefined {
  if (timeUs === undefined) return 'the timestamp is no time from 1970 to 2255';
  if (timeUs < oldestUs) return 'the sample is older than the retention';
  if (!Number.isFinite(volume)) return 'the volume is no finite number';
  return idPattern.test(id) ? undefined : 'the id is no UUID';
}

/** More meters than there are; if more come, what is remembered is forgotten. */
const mostMeters = 10_000;

function createMeterRows(): (sample: Sample) => MeterRow {
  const known = new Map<string, MeterRow>();
  return ({ name, type, unit, isFloat }) => {
    const asGiven = `${name}\n${unit}\n${type}\n${isFloat}`;
    let row = known.get(asGiven);
    if (!row) {
      const meter = { name: storableText(name), type, unit: storableText(unit), isFloat };
      row = { key: Object.values(meter).join('\n'), ...meter };
      if (known.size >= mostMeters) known.clear();
      known.set(asGiven, row);
    }
    return row;
  };
}
