/**
 * What is not the same:
 *
 * - `only-ours`, `only-theirs`: the series itself is there on one side only
 * - `type`, `unit`, `owner` (user, project), `source`, `metadata`: a field of the sample; `what` names it
 * - `key-order`: the same metadata in another order
 * - `volume`: the volume does not fit ours before and after it
 * - `number-form`: the same volume, as an int on one side and a float on the other, which is signed differently
 */
export type DifferenceKind =
  | 'only-ours'
  | 'only-theirs'
  | 'type'
  | 'unit'
  | 'owner'
  | 'source'
  | 'metadata'
  | 'key-order'
  | 'volume'
  | 'number-form';

/** One thing that is not the same, in one series. */
export interface Difference {
  readonly kind: DifferenceKind;
  /** The field: `unit`, `resource_metadata.flavor.id`. Empty where the kind says it all. */
  readonly what: string;
  /** The two values as JSON, or in words; absent on the side that has none. */
  readonly ours?: string;
  readonly theirs?: string;
  /** Time of Ceilometer's sample, or of ours where there is none of its; ms since 1970. */
  readonly atMs: number;
}
