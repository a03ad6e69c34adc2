import type { StatisticsGroup } from '@nephometer/inspector-api';
import { createPollsterFilter, parseDiscovery } from '@nephometer/pipeline-config';
import type { DiscoveryUrl, PollingConfig, PollingSource } from '@nephometer/pipeline-config';
import type { Pollster } from '@nephometer/plugin';

/** Pollsters of one source that are called for the same resources. */
export interface Match {
  /** Name of the source. */
  readonly source: string;
  /** Ids or names of the instances that the source itself names; they are polled on whichever host they are. */
  readonly resources: ReadonlySet<string>;
  /** Discoveries that find the other ones. */
  readonly discoveries: readonly DiscoveryUrl[];
  readonly pollsters: readonly Pollster[];
}

/** All that is polled at one interval. */
export interface Task {
  /** Name in logs and metrics: the interval, `300s`. */
  readonly name: string;
  readonly intervalMs: number;
  /** In the order of the sources. */
  readonly matches: readonly Match[];
  /** The statistics that its pollsters need, together: what one call per host and tick asks for. */
  readonly groups: readonly StatisticsGroup[];
}

/** What tasks are built from. */
export interface TaskSettings {
  readonly pollsters: readonly Pollster[];
  /** Whether transformers in the pipeline derive meters, see {@link Pollster.isDerived}. */
  readonly hasTransformers: boolean;
}

/**
 * The polling tasks of a configuration: one for each distinct interval, shortest first. A source that matches no pollster
 * adds nothing; an interval without pollsters gives no task.
 */
export function buildTasks({ sources }: PollingConfig, settings: TaskSettings): Task[] {
  const byInterval = Map.groupBy(sources, ({ intervalMs }) => intervalMs);
  return [...byInterval]
    .sort(([left], [right]) => left - right)
    .map(([intervalMs, ofInterval]) => createTask(intervalMs, ofInterval, settings))
    .filter(({ matches }) => matches.length > 0);
}

function createTask(intervalMs: number, sources: readonly PollingSource[], settings: TaskSettings): Task {
  const { pollsters: all, hasTransformers } = settings;
  const matches = sources.flatMap((source) =>
    matchesOf(source, all.filter(createPollsterFilter(source.meters, hasTransformers))),
  );
  const groups = new Set(matches.flatMap(({ pollsters }) => pollsters.flatMap(({ needs }) => needs)));
  return {
    name: `${intervalMs / 1000}s`,
    intervalMs,
    matches,
    groups: [...groups].sort((left, right) => left - right),
  };
}

/** A pollster's own discovery is for sources that say nothing about their resources. */
function matchesOf(source: PollingSource, pollsters: readonly Pollster[]): Match[] {
  if (pollsters.length === 0) return [];
  const resources = new Set(source.resources);
  if (resources.size > 0 || source.discovery.length > 0) {
    return [{ source: source.name, resources, discoveries: source.discovery.map(parseDiscovery), pollsters }];
  }
  const byDiscovery = Map.groupBy(pollsters, ({ discovery }) => discovery);
  return [...byDiscovery].map(([discovery, group]) => ({
    source: source.name,
    resources,
    discoveries: [parseDiscovery(discovery)],
    pollsters: group,
  }));
}
