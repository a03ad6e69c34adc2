import type { Instance } from '@nephometer/inspector-api';
import type { InstanceResource } from './pollster.ts';

/** What a discovery may look at: one host's inventory. */
export interface HostInventory {
  /** Name of the host. */
  readonly host: string;
  readonly instances: readonly Instance[];
}

/** What a discovery found, and what it had to leave out. */
export interface Discovered {
  readonly resources: readonly InstanceResource[];
  readonly skipped: readonly SkippedInstance[];
}

/** An instance that discovery left out, and why, in words for the operator. */
export interface SkippedInstance {
  readonly id: string;
  readonly name: string;
  readonly reason: string;
}

/**
 * A discovery turns what a host has into resources. It is called when the inventory of a host has changed, for one host
 * at a time; its answer is kept until the next change. It is pure, and one odd instance never costs another one its place.
 */
export interface Discovery {
  /** What `discovery` in polling.yaml and {@link Pollster.discovery} name. Unique in the registry. */
  readonly name: string;
  discover(inventory: HostInventory): Discovered;
}
