import { tooLate, waitAtMost } from '@nephometer/abortable';
import { MissingReason } from '@nephometer/inspector-api';
import { StatsFlag } from '@nephometer/libvirt';
import type { DomainStats, StatsQuery } from '@nephometer/libvirt';
import { groupMask } from '../groups.ts';
import type { Lanes } from './lanes.ts';
import { sparedPatienceMs } from './read-spared.ts';
import type { SparedReader, Sparing } from './read-spared.ts';
import type { DomainRecord, DomainsRequest } from './record.ts';

/** What domains are read with of which nothing is asked that their monitor is needed for. */
export interface MonitorFreeContext {
  readonly lanes: Lanes;
  readonly spared: SparedReader;
  readonly onSend: () => void;
}

/**
 * Reads domains with one call, which waits for no guest. libvirt itself may hold one, which it starts or buries: then each is
 * read by itself, and that one has a record without values.
 *
 * Rejects with the reason of `signal`, or the LibvirtError of the connection or of a driver without such a call.
 */
export async function readMonitorFree(
  { lanes, spared, onSend }: MonitorFreeContext,
  request: DomainsRequest,
  signal: AbortSignal,
): Promise<DomainRecord[]> {
  const isFree = new Map(request.domains.map((domain) => [domain, !spared.isOverdue(domain)]));
  const domains = request.domains.filter((domain) => isFree.get(domain));
  const others = request.domains.filter((domain) => !isFree.get(domain));
  if (domains.length === 0) return spared.read(request, noMonitorNeeded, signal);
  onSend();
  const query = { domains, groups: groupMask(request.groups), flags: StatsFlag.NOWAIT };
  const { reply } = await send(lanes, query, signal);
  const answer = await waitAtMost(reply, sparedPatienceMs(domains.length), signal);
  if (answer === tooLate) return spared.read(request, noMonitorNeeded, signal);
  const records = answer.map((record): DomainRecord => ({ ...record, failures: undefined }));
  return [...records, ...(await spared.read({ ...request, domains: others }, noMonitorNeeded, signal))];
}

/** Makes a call that goes on, whatever becomes of the reading, and gives its lane back when it is answered. */
async function send(
  lanes: Lanes,
  query: StatsQuery,
  signal: AbortSignal,
): Promise<{ readonly reply: Promise<DomainStats[]> }> {
  const lane = await lanes.take(signal);
  const reply = lane.getAllDomainStats(query, { timeoutMs: Infinity });
  const giveBack = (): void => lanes.giveBack(lane);
  reply.then(giveBack, giveBack);
  return { reply };
}

/** Never seen: no group that is asked for needs a monitor. */
function noMonitorNeeded(): Sparing {
  return { reason: MissingReason.LIBVIRT_ERROR, detail: 'the monitor was not asked' };
}
