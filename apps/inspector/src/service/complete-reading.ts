import { InspectionStatus, InstanceStatistics } from '@nephometer/inspector-api';
import type { HypervisorSink, Hypervisor, Reading, ReadingRequest } from '../hypervisor.ts';

/**
 * Reads the hypervisor and completes its answer: ordered by id, and with an entry that says GONE for each instance that
 * was asked for, or was in the inventory when the reading began, and that the hypervisor did not tell about.
 */
export async function completeReading(
  hypervisor: Pick<Hypervisor, 'inspect'>,
  { inventory }: HypervisorSink,
  request: ReadingRequest,
  signal: AbortSignal,
): Promise<Reading> {
  // Taken before the reading: what is added meanwhile has not gone.
  const expected = request.ids ?? inventory.list().map(({ id }) => id);
  const reading = await hypervisor.inspect(request, signal);
  const told = new Set(reading.instances.map(({ id }) => id));
  const gone = expected
    .filter((id) => !told.has(id))
    .map((id) => InstanceStatistics.create({ id, name: inventory.get(id)?.name ?? '', status: InspectionStatus.GONE }));
  const instances = [...reading.instances, ...gone].sort((a, b) => (a.id < b.id ? -1 : 1));
  return { ...reading, instances };
}
