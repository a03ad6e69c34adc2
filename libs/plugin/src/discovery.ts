import type { Instance } from '@nephometer/inspector-api';
import type { Resource } from '@nephometer/sample';
import type { InstanceResource } from './pollster.ts';

/** What a discovery may look at: one host's inventory. */
export interface HostInventory {
  /** Name of the host. */
  readonly host: string;
  readonly instances: readonly Instance[];
}

/** What a discovery found, and what it had to leave out. */
export interface Discovered {
  /** Instances among them are told by {@link isInstanceResource}; a pollster that needs one passes over the others. */
  readonly resources: readonly Resource[];
  readonly skipped: readonly SkippedInstance[];
}

/** An instance, or another thing, that discovery left out, and why, in words for the operator. */
export interface SkippedInstance {
  readonly id: string;
  readonly name: string;
  readonly reason: string;
}

/**
 * A discovery turns what a host has into resources. {@link discover} is called when the inventory of a host has changed or
 * {@link refresh} has said so, for one host at a time; its answer is kept until the next change. One odd instance never
 * costs another one its place.
 */
export interface Discovery {
  /** What `discovery` in polling.yaml and {@link Pollster.discovery} name. Unique in the registry. */
  readonly name: string;
  /**
   * Answers at once, from the inventory and what {@link refresh} last brought. Changes nothing: the same knowledge gives the
   * same answer. Before the first successful {@link refresh} a discovery that has one finds nothing.
   *
   * @param parameter what follows the name in polling.yaml: `identity` in `endpoint:identity`; `null` if nothing does
   */
  discover(inventory: HostInventory, parameter: string | null): Discovered;
  /**
   * Brings what it knows from elsewhere up to date for a host, if it is time to; absent if it knows nothing from elsewhere.
   * Called before each cycle of a host with a task that uses this discovery, and only then. Calls may overlap; those for one
   * host share one piece of work. An abort ends the wait of its caller, not the work: the next call finds it done.
   *
   * Resolves to whether {@link discover} would now answer differently for the host than at the last call that resolved to
   * true. Rejects with the signal's reason, or with what went wrong: the last good answer then stands. While the other side
   * is left in peace after a failure, calls reject at once with the same error.
   */
  refresh?(host: string, signal: AbortSignal): Promise<boolean>;
  /** Ends the work under way. Safe twice. */
  close?(): Promise<void>;
}

/** Whether a resource is an instance on a host, with its description. */
export function isInstanceResource(resource: Resource): resource is InstanceResource {
  return 'instance' in resource && 'host' in resource;
}
