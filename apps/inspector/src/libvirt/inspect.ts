import { StatisticsGroup } from '@nephometer/inspector-api';
import type { Inventory } from '../inventory.ts';
import type { Reading, ReadingRequest } from '../hypervisor.ts';
import type { Descriptions } from './descriptions.ts';
import { supportedGroups } from './groups.ts';
import type { ImageSizes } from './images/image-sizes.ts';
import { isThisHost } from './images/is-this-host.ts';
import { mapRecord } from './map-record.ts';
import type { StatisticsReader } from './reading/read-statistics.ts';
import type { DomainRecord } from './reading/record.ts';
import type { Session } from './session.ts';

/** What a reading is made with. */
export interface InspectContext {
  readonly session: Session;
  readonly reader: StatisticsReader;
  readonly descriptions: Descriptions;
  readonly inventory: Inventory;
  readonly imageSizes: ImageSizes;
}

/** What a reading waits at most for the sizes of images: those of healthy storage take some 20 microseconds each. */
const imagePatienceMs = 100;
/** What remains to be done with the sizes until the caller has them, in milliseconds. */
const reserveMs = 50;

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
  const sourceSizes = groups.has(StatisticsGroup.DISK)
    ? await readSourceSizes(context, records, request, signal)
    : undefined;

  const told = new Set<string>();
  const instances = records.map((record) => {
    const description = inventory.get(record.domain.uuid);
    told.add(record.domain.uuid);
    const { failures, busySinceMs } = record;
    const why = { failures, ...(busySinceMs !== undefined && { busySinceMs }) };
    const statistics = mapRecord(record, { groups: request.groups, supported, description, sourceSizes, ...why });
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

/** Sizes of the images that the records name, by path; of those the inspector can see. */
async function readSourceSizes(
  { session, imageSizes }: InspectContext,
  records: readonly DomainRecord[],
  { dueAtMs = Infinity }: ReadingRequest,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, bigint>> {
  if (!isThisHost(session.hostname)) return new Map();
  const paths = new Set<string>();
  for (const { params } of records) {
    for (const { name, value } of params) {
      if (typeof value === 'string' && isImagePath(name)) paths.add(value);
    }
  }
  return imageSizes.read(paths, Math.min(imagePatienceMs, dueAtMs - Date.now() - reserveMs), signal);
}

/** `block.3.path`, the only name of a record with that beginning and end. */
function isImagePath(name: string): boolean {
  return name.startsWith('block.') && name.endsWith('.path');
}
