import type { Difference, DifferenceKind } from './difference.ts';
import { instanceIdOf } from './observation.ts';
import type { Facts } from './observation.ts';
import type { Reading, Series } from './series-store.ts';

/** What the rules of {@link knownDifferences} look at. */
export interface DifferenceCase {
  readonly difference: Difference;
  readonly series: Series;
  readonly context: KnownContext;
}

/** What is the same for all series. */
export interface KnownContext {
  /** Names of the meters that we make from two readings because libvirt does not tell them. */
  readonly derivedMeters: ReadonlySet<string>;
  /** Whether transformers of the pipeline make such meters on both sides. */
  readonly hasTransformers: boolean;
  /** Ids of the guests that Ceilometer gave any sample of. */
  readonly theirGuests: ReadonlySet<string>;
}

/** A difference that is meant to be. */
export interface KnownDifference {
  readonly kind: DifferenceKind;
  readonly applies: (one: DifferenceCase) => boolean;
  /** For operators: why it is so. */
  readonly reason: string;
}

/** All of them, a row each; the first that applies is the reason. What is not here counts. */
export const knownDifferences: readonly KnownDifference[] = [
  {
    kind: 'only-ours',
    applies: ({ series, context }) => !context.hasTransformers && context.derivedMeters.has(series.meter),
    reason: "libvirt does not tell it and Ceilometer's inspector for it gives none; here it is made from two readings",
  },
  {
    kind: 'only-ours',
    applies: ({ series, context }) => isUnmanaged(series.ours) && !isKnownGuest(series.ours, context),
    reason: 'a guest without an owner in Nova, which Ceilometer passes over; "unmanaged: false" does so here',
  },
  {
    kind: 'only-theirs',
    applies: ({ series }) => series.theirs.every(({ facts }) => instanceIdOf(facts) === undefined),
    reason: 'no sample of a guest: another agent of Ceilometer took it, and goes on to do so',
  },
  {
    kind: 'only-theirs',
    applies: ({ series }) => series.meter.startsWith('network.') && series.theirs.every(({ volume }) => volume === -1),
    reason: 'libvirt does not have this counter: Ceilometer says -1, here there is no sample',
  },
  {
    kind: 'only-theirs',
    applies: ({ series }) => series.meter === 'cpu' && series.theirs.every(({ volume }) => volume === 0),
    reason: 'libvirt does not tell the CPU time: Ceilometer says 0, here there is no sample',
  },
  {
    kind: 'metadata',
    applies: ({ difference, series }) =>
      difference.what === 'resource_metadata.flavor.id' && series.ours.every(({ facts }) => isFlavorNamedById(facts)),
    reason:
      "older Nova does not write the flavor's id to libvirt: Ceilometer asks Nova for it, here it is the flavor's name",
  },
];

/** The reason of a difference that is meant to be; nothing for one that is not. */
export function knownReason(one: DifferenceCase): string | undefined {
  return knownDifferences.find(({ kind, applies }) => kind === one.difference.kind && applies(one))?.reason;
}

function isFlavorNamedById({ metadata: { flavor } }: Facts): boolean {
  if (typeof flavor !== 'object' || flavor === null) return false;
  return 'id' in flavor && 'name' in flavor && flavor.id === flavor.name;
}

function isUnmanaged(readings: readonly Reading[]): boolean {
  return readings.every(({ facts }) => facts.projectId === null);
}

function isKnownGuest(readings: readonly Reading[], { theirGuests }: KnownContext): boolean {
  return readings.some(({ facts }) => theirGuests.has(instanceIdOf(facts) ?? ''));
}
