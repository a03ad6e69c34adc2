import { tooLate, waitAtMost } from '@nephometer/abortable';
import { LibvirtError, StatsFlag } from '@nephometer/libvirt';
import type { Connection, Domain, TypedParam } from '@nephometer/libvirt';
import { MissingReason, StatisticsGroup } from '@nephometer/inspector-api';
import { groupMask } from '../groups.ts';
import type { Failure } from '../judge.ts';
import type { OnCall } from '../session.ts';
import { readOneByOne } from './read-one-by-one.ts';
import type { DomainRecord, DomainsRequest } from './record.ts';

/** Groups that libvirt's QEMU driver tells without asking QEMU. */
const monitorFree: ReadonlySet<StatisticsGroup> = new Set([
  StatisticsGroup.STATE,
  StatisticsGroup.VNIC,
  StatisticsGroup.PERF,
  StatisticsGroup.MEMORY_BANDWIDTH,
]);

/** Whether reading these groups may wait for a hung guest. */
export function needsMonitor(groups: ReadonlySet<StatisticsGroup>): boolean {
  return [...groups].some((group) => !monitorFree.has(group));
}

/** Why the monitor of a domain is not asked. */
export interface Sparing {
  readonly reason: MissingReason;
  /** Epoch milliseconds. */
  readonly sinceMs?: number;
  readonly detail: string;
}

/** The reasons for what the monitor would have told of these groups. */
export function monitorFailures(groups: ReadonlySet<StatisticsGroup>, sparing: Sparing): Failure[] {
  return [...groups].filter((group) => !monitorFree.has(group)).map((group) => ({ group, fields: [], ...sparing }));
}

/** How long libvirt may take to tell about this many domains what it needs no guest for: many times what it does take. */
export function sparedPatienceMs(domains: number): number {
  return 300 + 10 * domains;
}

/** Reads domains without asking any monitor: no guest can hold this up, however it hangs. */
export interface SparedReader {
  /**
   * What the monitor would have told is missing for the reason that `sparingOf` gives. A domain about which libvirt tells
   * nothing at all within {@link sparedPatienceMs}, because it is starting or burying it, has a record without values.
   *
   * Rejects with the reason of `signal`, or the LibvirtError that ended the connection.
   */
  read(request: DomainsRequest, sparingOf: (domain: Domain) => Sparing, signal: AbortSignal): Promise<DomainRecord[]>;
  /** Whether libvirt has been asked about this domain for longer than it should take, and has not answered yet. */
  isOverdue(domain: Domain): boolean;
}

/** A domain about which libvirt is being asked, by one reading; several may ask at once. */
interface Asked {
  readonly id: string;
  /** By the clock of `performance.now()`: who has waited for longer than this waits in vain, and others need not try. */
  readonly overdueAt: number;
}

/** The connection is for this alone: a call that libvirt does not answer keeps its place on it. */
export function createSparedReader(connection: Connection, onCall: OnCall): SparedReader {
  const underWay = new Set<Asked>();
  const never = new AbortController().signal;
  const options = { connection, onCall, callTimeoutMs: Infinity, monitorFree: true };

  const isOverdue = ({ uuid }: Domain): boolean =>
    [...underWay].some(({ id, overdueAt }) => id === uuid && overdueAt < performance.now());

  const readOne = async (
    request: DomainsRequest,
    domain: Domain,
    patienceMs: number,
    signal: AbortSignal,
  ): Promise<DomainRecord | undefined> => {
    if (isOverdue(domain)) return untold(domain, request.groups);
    const asked = { id: domain.uuid, overdueAt: performance.now() + patienceMs };
    underWay.add(asked);
    const reading = readOneByOne(options, { ...request, domains: [domain] }, never);
    const answered = (): void => void underWay.delete(asked);
    reading.then(answered, answered);
    const records = await waitAtMost(reading, patienceMs, signal);
    return records === tooLate ? untold(domain, request.groups) : records[0];
  };

  return {
    isOverdue,
    async read(request, sparingOf, signal) {
      if (request.domains.length === 0) return [];
      const patienceMs = sparedPatienceMs(request.domains.length);
      const records = await Promise.all(request.domains.map((domain) => readOne(request, domain, patienceMs, signal)));
      const told = records.flatMap((record) => (isTold(record) ? [record.domain] : []));
      const extra = await readBulkOnly({ connection, onCall, patienceMs }, { ...request, domains: told }, signal);
      return records.flatMap((record) => {
        if (record === undefined) return [];
        const { domain, params, failures = [] } = record;
        const reasons = monitorFailures(request.groups, sparingOf(domain));
        const more = extra.params.get(domain.uuid) ?? [];
        return [{ domain, params: [...params, ...more], failures: [...failures, ...extra.failures, ...reasons] }];
      });
    },
  };
}

function isTold(record: DomainRecord | undefined): record is DomainRecord {
  return record !== undefined && record.params.length > 0;
}

/** A domain about which libvirt does not even tell what it needs no guest for. */
function untold(domain: Domain, groups: ReadonlySet<StatisticsGroup>): DomainRecord {
  const detail = 'libvirt does not answer about this domain';
  const failures = [...groups]
    .filter((group) => monitorFree.has(group))
    .map((group): Failure => ({ group, reason: MissingReason.LIBVIRT_ERROR, fields: [], detail }));
  return { domain, params: [], failures };
}

interface BulkOnly {
  readonly params: ReadonlyMap<string, readonly TypedParam[]>;
  readonly failures: readonly Failure[];
}

/** What only a bulk call tells, by domain. */
async function readBulkOnly(
  { connection, onCall, patienceMs }: { connection: Connection; onCall: OnCall; patienceMs: number },
  { domains, groups }: DomainsRequest,
  signal: AbortSignal,
): Promise<BulkOnly> {
  const asked = [StatisticsGroup.PERF, StatisticsGroup.MEMORY_BANDWIDTH].filter((group) => groups.has(group));
  if (asked.length === 0 || domains.length === 0) return { params: new Map(), failures: [] };
  onCall('get-all-domain-stats');
  try {
    const query = { domains, groups: groupMask(new Set(asked)), flags: StatsFlag.NOWAIT };
    const records = await connection.getAllDomainStats(query, { signal, timeoutMs: patienceMs });
    const withoutState = records.map(
      ({ domain, params }) => [domain.uuid, params.filter(({ name }) => !name.startsWith('state.'))] as const,
    );
    return { params: new Map(withoutState), failures: [] };
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof LibvirtError) || (error.code !== 'libvirt' && error.code !== 'timeout')) throw error;
    const reason = MissingReason.LIBVIRT_ERROR;
    const failures = asked.map((group) => ({ group, reason, fields: [], detail: error.message }));
    return { params: new Map(), failures };
  }
}
