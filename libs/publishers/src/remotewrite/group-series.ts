import type { Sample } from '@nephometer/sample';
import type { Metric } from '../series/metric.ts';
import type { Point } from '../series/read-series.ts';
import type { Refusals } from '../refusals.ts';
import type { TimedValue, WrittenSeries } from './write-request.ts';
import type { WrittenResource } from './written-resource.ts';

interface Group {
  readonly metric: Metric;
  readonly resource: WrittenResource;
  points: TimedValue[];
}

/**
 * The samples of a batch by series: each once, its points in order. What cannot be sent is refused: also one of two values of
 * one series for one time, of which receivers silently lose one.
 */
export function groupSeries(
  samples: readonly Sample[],
  read: (sample: Sample) => Point<WrittenResource> | string,
  refusals: Refusals,
): readonly WrittenSeries[] {
  const groups: Group[] = [];
  const byResource = new Map<string, Map<string, Group>>();
  // Samples of one resource mostly follow each other.
  let last: WrittenResource | undefined;
  let byMetric = new Map<string, Group>();
  for (const sample of samples) {
    const point = read(sample);
    if (typeof point === 'string') {
      refusals.add(point);
      continue;
    }
    const { metric, resource, timestampMs, value } = point;
    if (resource !== last) {
      last = resource;
      byMetric = byResource.get(resource.key) ?? new Map<string, Group>();
      byResource.set(resource.key, byMetric);
    }
    const group = byMetric.get(metric.id);
    if (group !== undefined) {
      group.points.push({ timestampMs, value });
    } else {
      const created = { metric, resource, points: [{ timestampMs, value }] };
      byMetric.set(metric.id, created);
      groups.push(created);
    }
  }
  for (const group of groups) {
    if (group.points.length > 1) group.points = inOrder(group, refusals);
  }
  return groups;
}

function inOrder({ metric, points }: Group, refusals: Refusals): TimedValue[] {
  const sorted = points.toSorted((left, right) => left.timestampMs - right.timestampMs);
  return sorted.filter(({ timestampMs, value }, index) => {
    const before = sorted[index - 1];
    if (before?.timestampMs !== timestampMs) return true;
    if (!Object.is(before.value, value)) {
      refusals.add(`a series of ${metric.family.seriesName} has two values for one time`);
    }
    return false;
  });
}
