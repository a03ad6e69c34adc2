import type { MeterType, Sample } from '@nephometer/sample';
import { encodeText } from '../protobuf.ts';
import { toUcum } from './ucum.ts';

/** What samples of one meter become. */
export interface MetricKind {
  readonly type: MeterType;
  /** Tells it apart from all others. */
  readonly key: string;
  /** `Metric.name` and `Metric.unit`, with their tags. */
  readonly head: Uint8Array;
}

/** Meters are written down in files; of more than this all are made again. */
const mostKinds = 10_000;

/** The kind of a sample, each made once. */
export function createMetricKinds(): (sample: Sample) => MetricKind {
  const byKey = new Map<string, KnownKind>();
  // What came last under a name: the only one, mostly.
  const byName = new Map<string, KnownKind>();
  return ({ name, type, unit }) => {
    const last = byName.get(name);
    if (last !== undefined && last.type === type && last.unit === unit) return last;
    const key = JSON.stringify([name, type, unit]);
    const kind = byKey.get(key) ?? { type, unit, key, head: encodeHead(name, toUcum(unit)) };
    if (byKey.size >= mostKinds) {
      byKey.clear();
      byName.clear();
    }
    byKey.set(key, kind);
    byName.set(name, kind);
    return kind;
  };
}

interface KnownKind extends MetricKind {
  /** Of the samples. */
  readonly unit: string;
}

function encodeHead(name: string, unit: string): Uint8Array {
  return Buffer.concat([encodeText(1, name), ...(unit === '' ? [] : [encodeText(3, unit)])]);
}
