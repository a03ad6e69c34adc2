import type { Hypervisor, HypervisorSink } from '../hypervisor.ts';
import { hypervisorUnavailable } from '../inspector-error.ts';
import type { SharedReadings } from './shared-reading.ts';

/** What the methods of the service work with. */
export interface ServiceContext extends HypervisorSink {
  readonly hypervisor: Hypervisor;
  readonly readings: SharedReadings;
  /** Name of the host in answers; `undefined` takes the hypervisor's. */
  readonly hostName: string | undefined;
  /** Version of this inspector. */
  readonly version: string;
  /** Epoch milliseconds now. */
  readonly now: () => number;
  /** Aborts when the inspector stops: streams end then, other calls may finish. */
  readonly stopping: AbortSignal;
}

/**
 * Waits until the first try to connect has ended: who calls a moment after the start gets an answer, not an error.
 *
 * @returns the name of the host
 * @throws InspectorError `hypervisor-unavailable` unless the hypervisor can be asked and the inventory is complete; the
 * reason of `signal`
 */
export async function requireHypervisor(context: ServiceContext, signal: AbortSignal): Promise<string> {
  const { availability, hypervisor, hostName } = context;
  await availability.known(signal);
  const { current } = availability;
  if (!current.available) throw hypervisorUnavailable(hypervisor.uri, current.reason);
  return hostName ?? current.hostname;
}
