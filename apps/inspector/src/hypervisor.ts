import type { Host, InstanceStatistics, StatisticsGroup } from '@nephometer/inspector-api';
import type { Availability } from './availability.ts';
import type { Inventory } from './inventory.ts';

/** What a driver keeps up to date. */
export interface HypervisorSink {
  readonly inventory: Inventory;
  readonly availability: Availability;
}

/** Whose statistics to read, and which. */
export interface ReadingRequest {
  /** UUIDs in lower case; `undefined` means all instances. */
  readonly ids: readonly string[] | undefined;
  /** Groups wanted; never empty, never UNSPECIFIED. */
  readonly groups: ReadonlySet<StatisticsGroup>;
  /**
   * When whoever asks has to have the answer, in epoch milliseconds; absent if there is time. A reading that is held up tells
   * by then what it has.
   */
  readonly dueAtMs?: number;
}

/** One reading of the hypervisor. */
export interface Reading {
  /** Epoch milliseconds when the hypervisor's answer arrived. */
  readonly readAtMs: number;
  /** How long it took to answer. */
  readonly durationMs: number;
  /** Whom the hypervisor told about, in any order. An instance that it did not know is left out. */
  readonly instances: readonly InstanceStatistics[];
}

/** How a driver keeps instances that hang from costing the others, at this moment. */
export interface HangProtection {
  /** Instances that do not answer. */
  readonly hungInstances: number;
  /** Calls that wait for them. */
  readonly stuckCalls: number;
  /** Such calls that may be under way at a time. */
  readonly maxStuckCalls: number;
  /** How much longer a reading takes at most that meets an instance which has just hung, in milliseconds. */
  readonly hedgeDeadlineMs: number;
}

/** Facts of the host that a driver knows; the service adds name, version and clock. */
export type HostFacts = Omit<Host, 'name' | 'driver' | 'uri' | 'inspectorVersion' | 'now'>;

/**
 * A hypervisor driver. One object serves one hypervisor for the life of the process.
 *
 * Errors of all methods: the abort reason of `signal`; `InspectorError` with `hypervisor-unavailable` when the
 * hypervisor cannot be asked. One instance that cannot be read is never an error but part of the reading.
 */
export interface Hypervisor {
  /** Name in configuration and API: `libvirt`, `simulated`. */
  readonly name: string;
  /** Address as the driver uses it. */
  readonly uri: string;
  /** Groups that a caller gets who names none. Known before the first connection as what the driver can do at best. */
  supportedGroups(): readonly StatisticsGroup[];
  /**
   * Fills and refreshes inventory and availability until `signal` aborts; called once. Available is set only after the
   * inventory is complete. Resolves on abort, when everything it opened is closed; a hypervisor that is away or goes
   * away is no error. Rejects only for what cannot get better, with `unsupported-uri`, and does so without waiting.
   */
  run(sink: HypervisorSink, signal: AbortSignal): Promise<void>;
  /** `undefined` while the hypervisor is away, and always where no instance can hang. */
  hangProtection(): HangProtection | undefined;
  /** Facts of the host. May be called at any time, several at once. */
  getHost(signal: AbortSignal): Promise<HostFacts>;
  /** Reads statistics. May be called at any time, several at once; the callers above share and bound their number. */
  inspect(request: ReadingRequest, signal: AbortSignal): Promise<Reading>;
}
