import { durationFromMs, timestampFromMs } from '@nephometer/inspector-api';
import type { InspectInstancesRequest, InspectInstancesResponse } from '@nephometer/inspector-api';
import { requireHypervisor } from './service-context.ts';
import type { ServiceContext } from './service-context.ts';
import { checkInspection } from './validate.ts';

/** Statistics of all instances, or of those named, from a reading of its own or a shared one. */
export async function inspectInstances(
  context: ServiceContext,
  request: InspectInstancesRequest,
  signal: AbortSignal,
  deadlineMs: number,
): Promise<InspectInstancesResponse> {
  const { inventory, hypervisor } = context;
  const { maxAgeMs, ...wanted } = checkInspection(request, hypervisor.supportedGroups());
  await requireHypervisor(context, signal);
  const { reading, instances, ageMs } = await context.readings.read(
    { ...wanted, ...(Number.isFinite(deadlineMs) && { dueAtMs: deadlineMs }) },
    maxAgeMs,
    signal,
  );
  return {
    readAt: timestampFromMs(reading.readAtMs),
    inventoryRevision: inventory.revision,
    instances: [...instances],
    readDuration: durationFromMs(reading.durationMs),
    age: durationFromMs(ageMs),
  };
}
