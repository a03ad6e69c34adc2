import { isNoSupport, LibvirtError, StatsFlag } from '@nephometer/libvirt';
import type { Domain, DomainStats } from '@nephometer/libvirt';
import { StatisticsGroup } from '@nephometer/inspector-api';
import { groupMask } from './groups.ts';
import type { Failure } from './judge.ts';
import { readOneByOne } from './read-one-by-one.ts';
import type { DescriptionOf } from './read-one-by-one.ts';
import type { OnCall, Session } from './session.ts';

/** One domain's record, and what failed for it if it was read call by call. */
export interface DomainRecord extends DomainStats {
  /** `undefined`: the record comes from a bulk call, which tells no reasons. */
  readonly failures: readonly Failure[] | undefined;
}

/** The records of one reading. */
export interface Records {
  readonly readAtMs: number;
  readonly durationMs: number;
  readonly records: readonly DomainRecord[];
}

/** What to read. */
export interface RecordsRequest {
  /** `undefined` means all domains; never an empty list, which libvirt takes as all. */
  readonly domains: readonly Domain[] | undefined;
  /** Groups that this daemon supports. */
  readonly groups: ReadonlySet<StatisticsGroup>;
  /** Which devices a domain has, for drivers without bulk statistics. */
  readonly descriptionOf: DescriptionOf;
}

/**
 * Reads the records of all domains, or of some: with one bulk call, or call by call where the driver has none. This is
 * where a reading can be divided or repeated without anybody above noticing.
 *
 * Rejects with the reason of `signal` or the LibvirtError of the whole call.
 */
export async function readStatistics(
  session: Session,
  request: RecordsRequest,
  onCall: OnCall,
  signal: AbortSignal,
): Promise<Records> {
  const startedAt = performance.now();
  const finish = (records: readonly DomainRecord[]): Records => ({
    readAtMs: Date.now(),
    durationMs: performance.now() - startedAt,
    records,
  });
  if (session.abilities.bulk) {
    const records = await readBulk(session, request, onCall, signal);
    if (records !== undefined) return finish(records);
    session.abilities = { ...session.abilities, bulk: false };
  }
  return finish(await readOneByOne(session.bulk, request, onCall, signal));
}

/** The records of a bulk call; `undefined` if this driver turns out to have none. */
async function readBulk(
  session: Session,
  request: RecordsRequest,
  onCall: OnCall,
  signal: AbortSignal,
): Promise<DomainRecord[] | undefined> {
  const query = {
    ...(request.domains === undefined ? {} : { domains: request.domains }),
    groups: groupMask(request.groups),
    flags: StatsFlag.NOWAIT,
  };
  const ask = (): Promise<DomainStats[]> => {
    onCall('get-all-domain-stats');
    // The caller's deadline is the only one: a slow answer is better than a second question.
    return session.bulk.getAllDomainStats(query, { signal, timeoutMs: Infinity });
  };
  let records: DomainStats[];
  try {
    records = await ask();
  } catch (error) {
    signal.throwIfAborted();
    if (isNoSupport(error)) return undefined;
    // One QEMU that dies during the call fails it for all on libvirt before 11.
    if (!(error instanceof LibvirtError) || error.code !== 'libvirt') throw error;
    records = await ask();
  }
  if (session.hypervisorType !== 'QEMU' && tellsStateOnly(records, request.groups)) return undefined;
  return records.map((record) => ({ ...record, failures: undefined }));
}

/** Whether active domains were asked for what each of them has, and told nothing but their state. */
function tellsStateOnly(records: readonly DomainStats[], groups: ReadonlySet<StatisticsGroup>): boolean {
  const active = records.filter(({ domain }) => domain.id !== -1);
  if (active.length === 0 || ![StatisticsGroup.CPU, StatisticsGroup.MEMORY].some((group) => groups.has(group))) {
    return false;
  }
  return active.every(({ params }) => params.every(({ name }) => name.startsWith('state.')));
}
