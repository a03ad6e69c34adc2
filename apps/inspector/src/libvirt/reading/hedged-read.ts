import { mapLimit, raceAbort, tooLate, waitAtMost } from '@nephometer/abortable';
import { MissingReason, StatisticsGroup } from '@nephometer/inspector-api';
import { isNoSupport, LibvirtError, StatsGroup } from '@nephometer/libvirt';
import type { Domain, DomainStats } from '@nephometer/libvirt';
import { groupMask } from '../groups.ts';
import type { Session } from '../session.ts';
import type { HedgeDelay } from './hedge-delay.ts';
import type { MonitorCall, MonitorCalls } from './monitor-calls.ts';
import type { Quarantine } from './quarantine.ts';
import type { SparedReader, Sparing } from './read-spared.ts';
import type { DomainRecord, DomainsRequest } from './record.ts';
import type { ThreadCheck } from './thread-check.ts';

/** Why domains were read anew one by one: their call was late, or failed as a whole. */
export type HedgeReason = 'late' | 'failed';

/** What hedged reading works with. */
export interface HedgeContext {
  readonly session: Session;
  readonly calls: MonitorCalls;
  readonly delay: HedgeDelay;
  readonly quarantine: Quarantine;
  readonly spared: SparedReader;
  readonly hasThread: ThreadCheck;
  readonly onHedge: (reason: HedgeReason) => void;
}

const superseded = Symbol('the call that was late has answered after all');

/**
 * Reads domains with one call. If it is late, because it waits for a guest that hangs, or fails, because a guest died while
 * libvirt read it, each domain is read by itself: a call for one domain that is late says for certain who hangs, and
 * libvirt skips the guest that the first call waits for.
 *
 * Rejects with the reason of `signal`, or the LibvirtError of the connection or of a driver without such a call.
 */
export async function readTogether(
  context: HedgeContext,
  request: DomainsRequest,
  signal: AbortSignal,
): Promise<DomainRecord[]> {
  const { calls, delay, onHedge } = context;
  const { domains } = request;
  const call = await calls.send(domains, monitorMask(request.groups), signal);
  if (call === undefined) return context.spared.read(request, () => noRoom(calls), signal);
  const outcome = await inTime(call, context, request, signal);
  if (outcome.kind === 'answered') return learn(context, request, call, outcome.records);
  if (outcome.kind === 'failed' && !mayBeOneGuest(outcome.error)) throw outcome.error;
  onHedge(outcome.kind);
  const each = (eachSignal: AbortSignal): Promise<DomainRecord[]> => readEach(context, request, eachSignal);
  if (outcome.kind === 'failed') return each(signal);

  const lateAt = performance.now();
  const controller = new AbortController();
  const forward = (): void => controller.abort(signal.reason);
  signal.addEventListener('abort', forward, { once: true });
  const late = call.reply.then(
    (records) => {
      controller.abort(superseded);
      return records;
    },
    () => undefined,
  );
  try {
    const records = await each(controller.signal);
    // A guest that the first call is just reading is as busy as one that it waits for; the answer tells one from the other.
    if (records.some(({ busySinceMs }) => busySinceMs !== undefined)) {
      const waitMs = lateAt + patience(delay, request, 1) - performance.now();
      if (waitMs > 0) await waitAtMost(late, waitMs, controller.signal);
      controller.signal.throwIfAborted();
    }
    return records;
  } catch (error) {
    if (error !== superseded) throw error;
    return learn(context, request, call, (await late) ?? []);
  } finally {
    signal.removeEventListener('abort', forward);
  }
}

/** Reads each domain in a call of its own, as many at once as there is room. */
export async function readEach(
  context: HedgeContext,
  request: DomainsRequest,
  signal: AbortSignal,
): Promise<DomainRecord[]> {
  const { domains, ...rest } = request;
  const one = async (domain: Domain, each: AbortSignal): Promise<DomainRecord[]> => {
    const records = await readAlone(context, { ...rest, domains: [domain] }, domain, each);
    request.onRecords?.(records);
    return records;
  };
  return (await mapLimit(domains, context.calls.maximum, one, signal)).flat();
}

async function readAlone(
  context: HedgeContext,
  request: DomainsRequest,
  domain: Domain,
  signal: AbortSignal,
): Promise<DomainRecord[]> {
  const { calls, quarantine, spared } = context;
  const spare = (sparing: Sparing): Promise<DomainRecord[]> => spared.read(request, () => sparing, signal);
  const call = await calls.send([domain], monitorMask(request.groups), signal);
  if (call === undefined) return spare(noRoom(calls));
  const outcome = await inTime(call, context, request, signal);
  if (outcome.kind === 'answered') return learn(context, request, call, outcome.records);
  if (outcome.kind === 'failed') {
    if (!mayBeOneGuest(outcome.error)) throw outcome.error;
    return spare({ reason: MissingReason.LIBVIRT_ERROR, detail: outcome.error.message });
  }
  if (!(await context.hasThread(signal))) {
    return spare({
      reason: MissingReason.LIBVIRT_ERROR,
      detail: 'the daemon takes no calls: its threads are all busy',
    });
  }
  if (call.isAnswered) return learn(context, request, call, await raceAbort(call.reply, signal));
  quarantine.hold(domain, call);
  return readHeld(context, request, () => hung(call.sentAtMs), signal);
}

/**
 * Reads domains that calls of ours wait for. libvirt passes over their monitors then and tells all the rest in a bulk call,
 * more than any other way does. Those it holds itself, and tells nothing of, are not asked in bulk.
 */
export async function readHeld(
  context: HedgeContext,
  request: DomainsRequest,
  sparingOf: (domain: Domain) => Sparing,
  signal: AbortSignal,
): Promise<DomainRecord[]> {
  const { calls, spared } = context;
  const spare = await spared.read(request, sparingOf, signal);
  const domains = spare.filter(({ params }) => params.length > 0).map(({ domain }) => domain);
  if (domains.length === 0) return spare;
  request.onRecords?.(spare);
  const call = await calls.send(domains, monitorMask(request.groups), signal);
  if (call === undefined) return spare;
  const outcome = await inTime(call, context, request, signal);
  if (outcome.kind !== 'answered') return spare;
  const told = new Map(learn(context, request, call, outcome.records).map((record) => [record.domain.uuid, record]));
  return spare.map((record) => told.get(record.domain.uuid) ?? record);
}

/** Why the monitor of a domain that hangs is not asked. */
export function hung(sinceMs: number): Sparing {
  return { reason: MissingReason.MONITOR_HUNG, sinceMs, detail: 'QEMU does not answer its monitor' };
}

function noRoom({ maximum }: MonitorCalls): Sparing {
  return {
    reason: MissingReason.STUCK_CALLS,
    detail: `calls wait for hung instances: ${maximum}, or as many as the daemon has threads for`,
  };
}

type Outcome =
  | { readonly kind: 'answered'; readonly records: readonly DomainStats[] }
  | { readonly kind: 'failed'; readonly error: LibvirtError }
  | { readonly kind: 'late' };

/** Of the time that is left, so much may go into one call: after it there may be a second one, and what needs no guest. */
const shareOfTime = 0.4;
/** No call is late before this, however little time is left: who is in a hurry must not make others look hung. */
const leastPatienceMs = 250;

/** After how many milliseconds a call is late that is sent now. */
function patience(delay: HedgeDelay, { dueAtMs = Infinity }: DomainsRequest, domains: number): number {
  const share = Math.max(leastPatienceMs, shareOfTime * (dueAtMs - Date.now()));
  return Math.min(delay.after(domains), share);
}

/** Waits for the answer until the call is late. The time it takes is learned from, then, too. */
async function inTime(
  call: MonitorCall,
  { delay }: HedgeContext,
  request: DomainsRequest,
  signal: AbortSignal,
): Promise<Outcome> {
  const startedAt = performance.now();
  const answered = call.reply.then(
    (records): Outcome => {
      delay.observe(call.domains.length, performance.now() - startedAt);
      return { kind: 'answered', records };
    },
    (error: unknown): Outcome => {
      if (!(error instanceof LibvirtError)) throw error;
      return { kind: 'failed', error };
    },
  );
  try {
    const outcome = await waitAtMost(answered, patience(delay, request, call.domains.length), signal);
    if (outcome !== tooLate) return outcome;
    call.markLate();
    return { kind: 'late' };
  } catch (error) {
    call.markLate();
    throw error;
  }
}

/** Whether another way of asking may help: one guest has died, or this connection alone was lost. */
function mayBeOneGuest(error: LibvirtError): boolean {
  return (error.code === 'libvirt' && !isNoSupport(error)) || error.code === 'connection-lost';
}

/** What tells a busy domain from others is part of every reading that asks monitors. */
function monitorMask(groups: ReadonlySet<StatisticsGroup>): number {
  return groupMask(groups) | StatsGroup.BALLOON;
}

/** Takes what a call told: which domains are busy, and the records as they were asked for. */
function learn(
  { calls, quarantine, session }: HedgeContext,
  { groups }: DomainsRequest,
  call: MonitorCall,
  answer: readonly DomainStats[],
): DomainRecord[] {
  const earlier = calls.unanswered.filter(({ number }) => number < call.number);
  return answer.map(({ domain, params }) => {
    const isBusy = session.hypervisorType === 'QEMU' && isJobNotObtained({ domain, params });
    quarantine.learn(domain, isBusy, earlier);
    const asked = groups.has(StatisticsGroup.MEMORY)
      ? params
      : params.filter(({ name }) => !name.startsWith('balloon.'));
    const busySinceMs = quarantine.busySince(domain.uuid);
    return { domain, params: asked, failures: undefined, ...(busySinceMs !== undefined && { busySinceMs }) };
  });
}

/**
 * With NOWAIT libvirt leaves out what it would have to wait for, and says nothing: the resident size, which every running
 * domain has, is not there.
 */
function isJobNotObtained({ domain, params }: DomainStats): boolean {
  return domain.id !== -1 && !params.some(({ name }) => name === 'balloon.rss');
}
