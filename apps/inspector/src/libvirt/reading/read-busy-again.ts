import { sleep } from '@nephometer/abortable';
import { readEach } from './hedged-read.ts';
import type { HedgeContext } from './hedged-read.ts';
import type { DomainRecord, DomainsRequest } from './record.ts';

/** Longer than another client's reading of one domain, shorter than anybody notices. */
const pauseMs = 30;
/** A caller who has less time than this goes without. */
const leastMs = 500;
/** Who is busy for longer than this is so with a migration or a backup, and asking again is of no use. */
const longBusyMs = 10_000;

/**
 * Reads once more, one by one, whom another operation held just then: mostly another client's reading, or one of our own
 * late calls that goes on at last. Resolves to the new records by domain; rejects as {@link readEach} does.
 */
export async function readBusyAgain(
  context: HedgeContext,
  request: DomainsRequest,
  records: readonly DomainRecord[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, DomainRecord>> {
  const { quarantine } = context;
  const { dueAtMs = Infinity } = request;
  const domains = records
    .filter(({ busySinceMs, domain }) => {
      if (busySinceMs === undefined || quarantine.hungSince(domain.uuid) !== undefined) return false;
      return Date.now() - busySinceMs < longBusyMs;
    })
    .map(({ domain }) => domain);
  if (domains.length === 0 || dueAtMs - Date.now() < leastMs) return new Map();
  await sleep(pauseMs, signal);
  const again = await readEach(context, { ...request, domains }, signal);
  return new Map(again.map((record) => [record.domain.uuid, record]));
}
