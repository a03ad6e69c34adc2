import { sleep } from '@nephometer/abortable';
import { readEach } from './hedged-read.ts';
import type { HedgeContext } from './hedged-read.ts';
import type { DomainRecord, DomainsRequest } from './record.ts';

/** Longer than another client's reading of one domain, shorter than anybody notices. */
const pauseMs = 30;
/** A reading that has taken this long already goes without: its caller waits, and the next one is not far. */
const maxElapsedMs = 500;
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
  elapsedMs: number,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, DomainRecord>> {
  const { quarantine, calls } = context;
  const domains = records
    .filter(({ busySinceMs, domain }) => {
      if (busySinceMs === undefined || quarantine.hungSince(domain.uuid) !== undefined) return false;
      return Date.now() - busySinceMs < longBusyMs;
    })
    .map(({ domain }) => domain);
  if (domains.length === 0 || elapsedMs > maxElapsedMs) return new Map();
  await sleep(pauseMs, signal);
  const again = await readEach(context, { ...request, domains }, signal);
  quarantine.conclude(calls.late);
  return new Map(again.map((record) => [record.domain.uuid, record]));
}
