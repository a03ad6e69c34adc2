import type { Pollster } from '@nephometer/plugin';
import type { Match } from './build-tasks.ts';

/** Which pollsters are not called any more for which resources of a host, because they said that it is of no use. */
export interface Blacklist {
  has(match: Match, pollster: Pollster, resourceId: string): boolean;
  add(match: Match, pollster: Pollster, resourceId: string): void;
  /** Forgives the resources that are not among these: what comes back may be another thing. */
  keepOnly(resourceIds: { has(id: string): boolean }): void;
}

/** Nobody is on it at first. Entries are by source and pollster, as in Ceilometer, where they stay until a restart. */
export function createBlacklist(): Blacklist {
  const byResource = new Map<string, Set<string>>();
  const keyOf = (match: Match, pollster: Pollster): string => JSON.stringify([match.source, pollster.name]);
  return {
    has: (match, pollster, id) =>
      // Hardly ever is there an entry, and this is asked for each meter of each instance.
      byResource.size > 0 && (byResource.get(id)?.has(keyOf(match, pollster)) ?? false),
    add(match, pollster, id) {
      const keys = byResource.get(id) ?? new Set();
      byResource.set(id, keys.add(keyOf(match, pollster)));
    },
    keepOnly(ids) {
      for (const id of byResource.keys()) if (!ids.has(id)) byResource.delete(id);
    },
  };
}
