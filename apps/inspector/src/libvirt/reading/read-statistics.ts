import { StatisticsGroup } from '@nephometer/inspector-api';
import { isNoSupport } from '@nephometer/libvirt';
import type { Domain } from '@nephometer/libvirt';
import type { HangProtection } from '../../hypervisor.ts';
import type { OnCall, Session } from '../session.ts';
import { createDomainList } from './domain-list.ts';
import { createHedgeDelay } from './hedge-delay.ts';
import type { HedgeDelay } from './hedge-delay.ts';
import { hung, readEach, readHeld, readTogether } from './hedged-read.ts';
import type { HedgeContext, HedgeReason } from './hedged-read.ts';
import { createLanes } from './lanes.ts';
import { createMonitorCalls } from './monitor-calls.ts';
import type { Quarantine } from './quarantine.ts';
import { createThreadCheck } from './thread-check.ts';
import { readBusyAgain } from './read-busy-again.ts';
import { readMonitorFree } from './read-monitor-free.ts';
import { readOneByOne } from './read-one-by-one.ts';
import { createSparedReader, monitorFailures, needsMonitor, sparedPatienceMs } from './read-spared.ts';
import { readUntilDue } from './read-until-due.ts';
import type { Part } from './read-until-due.ts';
import type { DomainRecord, DomainsRequest, Records, RecordsRequest } from './record.ts';

/** Reads the statistics of one session's domains. */
export interface StatisticsReader {
  /**
   * Reads the records of all domains, or of some. No guest that hangs or dies holds this up for longer than the hedge
   * deadline, nor costs another one its record. May be called several times at once.
   *
   * Rejects with the reason of `signal`, or a LibvirtError if the daemon cannot be asked.
   */
  read(request: RecordsRequest, signal: AbortSignal): Promise<Records>;
  /** How hung guests are kept from costing the others now. */
  readonly protection: HangProtection;
  /** Closes what it opened; calls under way end with the connection. */
  close(): Promise<void>;
}

/** What a reader is made with. */
export interface StatisticsReaderSettings {
  readonly session: Session;
  /** Outlives the session: a guest still hangs when its libvirtd was restarted. */
  readonly quarantine: Quarantine;
  /** Domains that events have told about, for when libvirt cannot list them. */
  readonly knownDomains: () => readonly Domain[];
  /** Calls that may wait for hung guests at a time. */
  readonly maxStuckCalls: number;
  readonly onCall: OnCall;
  /** Told when domains have to be read anew one by one. */
  readonly onHedge: (reason: HedgeReason) => void;
  /** Default: learned from the calls of this session. */
  readonly delay?: HedgeDelay;
}

/** Parallel calls of one reading; with a list of the domains they make the four calls a cycle may cost. */
const maxParts = 3;
/** Fewer domains than this are not worth a call of their own. */
const domainsPerPart = 8;
/** libvirt lists a thousand domains in this time, unless it holds one of them for longer. */
const listPatienceMs = 50;
/** For calls about one domain where the driver has no bulk call. */
const callTimeoutMs = 10_000;

/** Opens a reader for one session. Rejects with a LibvirtError, or the reason of `openSignal`. */
export async function openStatisticsReader(
  settings: StatisticsReaderSettings,
  openSignal: AbortSignal,
): Promise<StatisticsReader> {
  const { session, quarantine, onCall, onHedge, delay = createHedgeDelay() } = settings;
  const spare = await session.openLane(openSignal);
  const spared = createSparedReader(spare, onCall);
  const domainList = createDomainList(session.questions, settings.knownDomains, () => onCall('list-all-domains'));
  const lanes = createLanes((signal) => session.openLane(signal));
  const onSend = (): void => onCall('get-all-domain-stats');
  const calls = createMonitorCalls({
    lanes,
    maximum: settings.maxStuckCalls,
    hasThread: createThreadCheck(session.questions, onCall),
    onSend,
  });
  const hasThread = createThreadCheck(session.questions, onCall);
  const context: HedgeContext = { session, calls, delay, quarantine, spared, hasThread, onHedge };
  let largestPart = 1;

  const readBulk = async (request: DomainsRequest, signal: AbortSignal): Promise<DomainRecord[]> => {
    const { domains } = request;
    if (!needsMonitor(request.groups)) return readMonitorFree({ lanes, spared, onSend }, request, signal);
    const at = (place: ReturnType<Quarantine['place']>): Domain[] =>
      domains.filter((domain) => places.get(domain) === place);
    const places = new Map(domains.map((domain) => [domain, quarantine.place(domain)]));
    const parts = deal(at('together'), calls.room);
    largestPart = Math.max(1, parts[0]?.length ?? 0);
    const sparingOf = ({ uuid }: Domain): ReturnType<typeof hung> => hung(quarantine.hungSince(uuid) ?? Date.now());
    const records = await readUntilDue(
      [
        ...parts.map(
          (part): Part =>
            (onRecords, each) =>
              readTogether(context, { ...request, domains: part, onRecords }, each),
        ),
        (onRecords, each) => readEach(context, { ...request, domains: at('alone'), onRecords }, each),
        (_, each) => readHeld(context, { ...request, domains: at('held') }, sparingOf, each),
        (_, each) => spared.read({ ...request, domains: at('spared') }, sparingOf, each),
      ],
      request,
      signal,
    );
    const again = await readBusyAgain(context, request, records, signal);
    quarantine.conclude(calls.unanswered);
    return records.map((record) => withHungReason(again.get(record.domain.uuid) ?? record, request, quarantine));
  };

  return {
    async read(request, signal) {
      const startedAt = performance.now();
      const all = await domainList.current(listPatienceMs, signal);
      const ids = request.ids === undefined ? undefined : new Set(request.ids);
      const domains = ids === undefined ? all : all.filter(({ uuid }) => ids.has(uuid));
      quarantine.keepOnly(new Set(all.map(({ uuid }) => uuid)));
      const work = { ...request, domains };
      const finish = (records: readonly DomainRecord[]): Records => ({
        readAtMs: Date.now(),
        durationMs: performance.now() - startedAt,
        records,
      });
      if (session.abilities.bulk) {
        const records = await readBulk(work, signal).catch((error: unknown) => {
          if (isNoSupport(error)) return undefined;
          throw error;
        });
        if (records !== undefined && !tellsStateOnly(session, records, work)) return finish(records);
        session.abilities = { ...session.abilities, bulk: false };
      }
      const lane = await lanes.take(signal);
      try {
        const options = { connection: lane, onCall, callTimeoutMs, monitorFree: false };
        return finish(await readOneByOne(options, work, signal));
      } finally {
        lanes.giveBack(lane);
      }
    },
    get protection() {
      return {
        hungInstances: quarantine.hung,
        stuckCalls: calls.maximum - calls.room,
        maxStuckCalls: calls.maximum,
        hedgeDeadlineMs: listPatienceMs + delay.after(largestPart) + delay.after(1) + sparedPatienceMs(largestPart),
      };
    },
    close: async () => void (await Promise.all([spare.close(), lanes.close()])),
  };
}

/**
 * Deals domains out to parallel calls, so that neighbours, which were often started together, come into different ones. With
 * little room there are fewer calls: something must be left for reading the domains of a late one.
 */
function deal(domains: readonly Domain[], room: number): Domain[][] {
  const count = Math.min(maxParts, Math.ceil(domains.length / domainsPerPart), Math.max(1, room - 1));
  return Array.from({ length: count }, (_, part) => domains.filter((_, index) => index % count === part));
}

/** A busy domain that turned out to hang says so. */
function withHungReason(record: DomainRecord, { groups }: DomainsRequest, quarantine: Quarantine): DomainRecord {
  const sinceMs = quarantine.hungSince(record.domain.uuid);
  if (record.busySinceMs === undefined || sinceMs === undefined) return record;
  return { domain: record.domain, params: record.params, failures: monitorFailures(groups, hung(sinceMs)) };
}

/** Whether a driver told nothing but the state of active domains, though it was asked for what each of them has. */
function tellsStateOnly(session: Session, records: readonly DomainRecord[], { groups }: DomainsRequest): boolean {
  if (session.hypervisorType === 'QEMU') return false;
  const active = records.filter(({ domain }) => domain.id !== -1);
  if (active.length === 0 || ![StatisticsGroup.CPU, StatisticsGroup.MEMORY].some((group) => groups.has(group))) {
    return false;
  }
  return active.every(({ params }) => params.every(({ name }) => name.startsWith('state.')));
}
