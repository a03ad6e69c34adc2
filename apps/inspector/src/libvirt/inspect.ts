import type { Inventory } from '../inventory.ts';
import type { Reading, ReadingRequest } from '../hypervisor.ts';
import type { Descriptions } from './descriptions.ts';
import { supportedGroups } from './groups.ts';
import { mapRecord } from './map-record.ts';
import type { StatisticsReader } from './reading/read-statistics.ts';
import type { Session } from './session.ts';

/** What a reading is made with. */
export interface InspectContext {
  readonly session: Session;
  readonly reader: StatisticsReader;
  readonly descriptions: Descriptions;
  readonly inventory: Inventory;
}

/**
 * One reading of libvirt in the terms of the API. A domain that does not fit its description is looked at again.
 *
 * Rejects with a LibvirtError, or the reason of `signal`.
 */
export async function inspect(context: InspectContext, request: ReadingRequest, signal: AbortSignal): Promise<Reading> {
  const { session, descriptions, inventory } = context;
  const supported = new Set(supportedGroups(session.abilities));
  const descriptionOf = inventory.get.bind(inventory);
  const groups = new Set([...request.groups].filter((group) => supported.has(group)));
  const { records, ...times } = await context.reader.read({ ...request, groups, descriptionOf }, signal);

  const told = new Set<string>();
  const instances = records.map((record) => {
    const description = inventory.get(record.domain.uuid);
    told.add(record.domain.uuid);
    const { failures, busySinceMs } = record;
    const why = { failures, ...(busySinceMs !== undefined && { busySinceMs }) };
    const statistics = mapRecord(record, { groups: request.groups, supported, description, ...why });
    // An event may be late or lost; what was just read is true.
    if (statistics.state !== undefined && description?.state !== statistics.state) descriptions.suspect(record.domain);
    return statistics;
  });
  if (request.ids === undefined) {
    for (const { id, name } of inventory.list()) {
      if (!told.has(id)) descriptions.suspect({ uuid: id, name, id: -1 });
    }
  }
  return { ...times, instances };
}
