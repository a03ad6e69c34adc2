import { DeadlineError, mapLimit, withDeadline } from '@nephometer/abortable';
import { MissingReason } from '@nephometer/inspector-api';
import type { Domain } from '@nephometer/libvirt';
import type { DomainRecord, DomainsRequest } from './record.ts';

/** One part of a reading. What it learns before it is done it hands to `request.onRecords`. */
export type Part = (
  onRecords: NonNullable<DomainsRequest['onRecords']>,
  signal: AbortSignal,
) => Promise<DomainRecord[]>;

/** What remains to be done with the records until the caller has them, in milliseconds. */
const reserveMs = 100;
/** With less time than this at the start a caller is better served with an error than with next to nothing. */
const leastMs = 500;

/**
 * Runs the parts of a reading at once. If it is due before they are done, its answer is what they have learned by then; the
 * other domains have records without values. Rejects as the parts do, and with a DeadlineError if none was told anything.
 */
export async function readUntilDue(
  parts: readonly Part[],
  { domains, groups, dueAtMs = Infinity }: DomainsRequest,
  signal: AbortSignal,
): Promise<DomainRecord[]> {
  const learned = new Map<string, DomainRecord>();
  const onRecords = (records: readonly DomainRecord[]): void => {
    for (const record of records) learned.set(record.domain.uuid, record);
  };
  const run = async (each: AbortSignal): Promise<DomainRecord[]> =>
    (await mapLimit(parts, parts.length, (part, own) => runPart(part, onRecords, own), each)).flat();
  const leftMs = dueAtMs - Date.now();
  if (leftMs === Infinity || leftMs < leastMs) return run(signal);
  try {
    return await withDeadline(signal, leftMs - reserveMs, run);
  } catch (error) {
    if (signal.aborted || !(error instanceof DeadlineError)) throw error;
    // A daemon that told nothing of anybody does not answer at all.
    if (![...learned.values()].some(({ params }) => params.length > 0)) throw error;
    return domains.map((domain) => learned.get(domain.uuid) ?? notInTime(domain, groups));
  }
}

async function runPart(
  part: Part,
  onRecords: NonNullable<DomainsRequest['onRecords']>,
  signal: AbortSignal,
): Promise<DomainRecord[]> {
  const records = await part(onRecords, signal);
  onRecords(records);
  return records;
}

function notInTime(domain: Domain, groups: DomainsRequest['groups']): DomainRecord {
  const reason = MissingReason.LIBVIRT_ERROR;
  const detail = 'libvirt did not tell in the time that the caller gave';
  return { domain, params: [], failures: [...groups].map((group) => ({ group, reason, fields: [], detail })) };
}
