import type { StatisticsGroup } from '@nephometer/inspector-api';
import { createMeterFilter } from '@nephometer/pipeline-config';
import type { PollingConfig } from '@nephometer/pipeline-config';
import type { Pollster } from '@nephometer/plugin';

/** Pollsters whose resources one discovery finds. */
export interface Match {
  /** Name of the discovery. */
  readonly discovery: string;
  readonly pollsters: readonly Pollster[];
}

/** All that is polled at one interval. */
export interface Task {
  /** Name in logs and metrics: the interval, `300s`. */
  readonly name: string;
  readonly intervalMs: number;
  readonly matches: readonly Match[];
  /** The statistics that its pollsters need, together: what one call per host and tick asks for. */
  readonly groups: readonly StatisticsGroup[];
}

/**
 * The polling tasks of a configuration: one for each distinct interval, shortest first.
 *
 * A pollster that two sources of one interval name for the same discovery is polled once. A source that matches no pollster
 * adds nothing; an interval without pollsters gives no task.
 */
export function buildTasks(config: PollingConfig, pollsters: Iterable<Pollster>): Task[] {
  const byInterval = new Map<number, Map<string, Set<Pollster>>>();
  for (const source of config.sources) {
    const accepts = createMeterFilter(source.meters);
    for (const pollster of pollsters) {
      if (!accepts(pollster.name)) continue;
      for (const discovery of source.discovery.length > 0 ? source.discovery : [pollster.discovery]) {
        const byDiscovery = getOrCreate(byInterval, source.intervalMs, () => new Map<string, Set<Pollster>>());
        getOrCreate(byDiscovery, discovery, () => new Set<Pollster>()).add(pollster);
      }
    }
  }
  return [...byInterval]
    .sort(([left], [right]) => left - right)
    .map(([intervalMs, byDiscovery]) => createTask(intervalMs, byDiscovery));
}

function createTask(intervalMs: number, byDiscovery: ReadonlyMap<string, ReadonlySet<Pollster>>): Task {
  const matches = [...byDiscovery].map(([discovery, pollsters]) => ({ discovery, pollsters: [...pollsters] }));
  const groups = new Set(matches.flatMap((match) => match.pollsters.flatMap(({ needs }) => needs)));
  return {
    name: `${intervalMs / 1000}s`,
    intervalMs,
    matches,
    groups: [...groups].sort((left, right) => left - right),
  };
}

function getOrCreate<K, V>(map: Map<K, V>, key: K, create: () => V): V {
  let value = map.get(key);
  if (value === undefined) map.set(key, (value = create()));
  return value;
}
