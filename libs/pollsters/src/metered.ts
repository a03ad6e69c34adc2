import { InspectionStatus, InstanceState } from '@nephometer/inspector-api';
import type { InstanceStatistics } from '@nephometer/inspector-api';
import type { InstanceReading } from '@nephometer/plugin';

/**
 * Whether an instance gives samples: all do but those that are off or gone. Paused, crashed and suspended ones are metered
 * like running ones, as in Ceilometer: their counters stand still, and that is worth a sample.
 */
export function isMetered({ status, state }: InstanceStatistics): boolean {
  return status !== InspectionStatus.SHUT_OFF && status !== InspectionStatus.GONE && state !== InstanceState.SHUT_OFF;
}

/** The previous reading, unless the instance was off then: what began since has no past to compare with. */
export function previousIfMetered(previous: InstanceReading | undefined): InstanceReading | undefined {
  return previous !== undefined && isMetered(previous.statistics) ? previous : undefined;
}
