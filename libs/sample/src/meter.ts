/** How the values of a meter relate to each other: a total since some start, a difference, or a level. */
export type MeterType = 'cumulative' | 'delta' | 'gauge';

/** What is measured. Names, units and types are Ceilometer's, so that the same series go on. */
export interface Meter {
  /** Dotted name, for example `disk.device.read.bytes`. */
  readonly name: string;
  readonly type: MeterType;
  /** Unit of the volume, for example `B` or `ns`; may be the empty string. */
  readonly unit: string;
  /** Whether its volumes are `float` in Ceilometer, see `Sample`. Default false. */
  readonly isFloat?: boolean;
}
