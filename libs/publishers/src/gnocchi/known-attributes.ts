import { createHash } from 'node:crypto';
import type { ResourceBatch } from './batch.ts';

/** Which attributes Gnocchi has been told, by resource: a digest of each, so many at the most; the oldest go. */
export interface KnownAttributes {
  /** Whether they are the same as when this resource was last {@link remember}ed. */
  isKnown(resource: ResourceBatch): boolean;
  remember(resource: ResourceBatch): void;
}

/** Some hundred bytes each. */
const MOST_RESOURCES = 250_000;

export function createKnownAttributes(most = MOST_RESOURCES): KnownAttributes {
  const digests = new Map<string, number>();
  return {
    isKnown: (resource) => digests.get(resource.id) === digestOf(resource),
    remember(resource) {
      // Moves it behind all others.
      digests.delete(resource.id);
      digests.set(resource.id, digestOf(resource));
      const [oldest] = digests.keys();
      if (digests.size > most && oldest !== undefined) digests.delete(oldest);
    },
  };
}

/** 48 bits, which a number holds. Attributes are in the order of their definition. */
function digestOf({ definition: { type }, projectId, attributes }: ResourceBatch): number {
  const text = JSON.stringify([type, projectId, attributes]);
  return createHash('sha1').update(text).digest().readUIntBE(0, 6);
}
