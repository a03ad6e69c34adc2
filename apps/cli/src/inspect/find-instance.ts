import type { Instance } from '@nephometer/inspector-api';

/** Shortest beginning of a UUID that is taken for one. */
const SHORTEST_PREFIX = 4;

/** What a name on the command line may mean on a host. */
export type FoundInstance =
  | { readonly kind: 'found'; readonly instance: Instance }
  | { readonly kind: 'ambiguous'; readonly candidates: readonly Instance[] }
  | { readonly kind: 'none' };

/**
 * Finds the instance that `query` means: its UUID, else its name on the hypervisor, else its Nova display name or title,
 * else the beginning of its UUID (at least {@link SHORTEST_PREFIX} characters). Whole names beat beginnings, so that a name
 * that looks like a UUID's beginning can still be given. Case matters in names, not in UUIDs.
 */
export function findInstance(instances: readonly Instance[], query: string): FoundInstance {
  const id = query.toLowerCase();
  const ways: readonly ((instance: Instance) => boolean)[] = [
    (instance) => instance.id === id,
    (instance) => instance.name === query,
    (instance) => instance.nova?.name === query || instance.title === query,
    (instance) => id.length >= SHORTEST_PREFIX && instance.id.startsWith(id),
  ];
  for (const fits of ways) {
    const candidates = instances.filter(fits);
    const [first] = candidates;
    if (first === undefined) continue;
    return candidates.length === 1 ? { kind: 'found', instance: first } : { kind: 'ambiguous', candidates };
  }
  return { kind: 'none' };
}
