import { createHash } from 'node:crypto';
import { OpenstackError, isOutage } from '@nephometer/openstack';
import type { Cloud } from '@nephometer/openstack';
import type { Resource } from '@nephometer/sample';
import { describeServers } from './describe-servers.ts';
import type { DescribeInput, Described } from './describe-servers.ts';
import { listServers } from './nova.ts';

/**
 * Changes are asked for from this long before the last list on, in ms: Nova's services stamp them by clocks of their own, and
 * a change is seen only when its transaction ends. What comes twice is the same.
 */
const CHANGES_MARGIN_MS = 60_000;

/** What Nova last said about a host. Never changed: news make another one. */
export interface KnownServers {
  /** Servers that are metered, by id. */
  readonly resources: ReadonlyMap<string, Resource>;
  /** Servers that are not, by id, and why. */
  readonly leftOut: ReadonlyMap<string, string>;
}

/** The servers of one host. */
export interface HostServers {
  /** The same object until there is something new; `undefined` until Nova has once answered. */
  known(): KnownServers | undefined;
  /**
   * Asks Nova if it is time to: for what has changed, or for everything when that was long ago. If it fails, all stays as it
   * was, also what will be asked next. Calls must not overlap.
   *
   * @throws OpenstackError; the signal's reason if aborted
   */
  refresh(signal: AbortSignal): Promise<void>;
}

/** What the servers of a host are made of. */
export interface HostServersInput extends DescribeInput {
  readonly host: string;
  readonly cloud: Cloud;
}

/** What to ask next. */
interface Progress {
  /** Changes since then, by the cloud's clock. */
  readonly sinceMs: number;
  /** Everything from then on, by ours. */
  readonly expiresAtMs: number;
}

/** Knows nothing yet. */
export function createHostServers(input: HostServersInput): HostServers {
  const { host, cloud } = input;
  const { clock, settings } = cloud;
  const { resourceUpdateIntervalMs: intervalMs, resourceCacheExpiryMs: expiryMs } = settings;
  const backoff = cloud.createBackoff();
  let known: KnownServers | undefined;
  let progress: Progress | undefined;
  let dueAtMs = -Infinity;

  async function ask(signal: AbortSignal): Promise<void> {
    const nowMs = clock.now();
    const cloudMs = await cloud.timeMs(signal);
    const changes = progress && nowMs < progress.expiresAtMs ? progress : undefined;
    const query = { host, ...(changes && { changesSinceMs: changes.sinceMs }) };
    const described = await describeServers(await listServers(cloud, query, signal), input, signal);
    known = merge(known, changes ? 'changes' : 'everything', described);
    // Otherwise the same is asked again, until all of it can be described.
    if (!described.some((one) => one.kind === 'unknown' && one.mayChange)) {
      // Hosts that were first asked together do not expire together.
      const expiresAtMs = changes?.expiresAtMs ?? nowMs + expiryMs * (progress ? 1 : shareOf(host));
      progress = { sinceMs: cloudMs - CHANGES_MARGIN_MS, expiresAtMs };
    }
    // Ticks are not exact: one that comes a little early is not to wait for the next.
    dueAtMs = nowMs + intervalMs - Math.min(1000, intervalMs / 10);
  }

  return {
    known: () => known,
    async refresh(signal) {
      if (clock.now() < dueAtMs) return;
      backoff.check();
      try {
        await ask(signal);
        backoff.succeeded();
      } catch (error) {
        if (error instanceof OpenstackError && concernsHost(error)) backoff.failed(error);
        throw error;
      }
    },
  };
}

/** What is known after a list; the same object if that is what was known before. */
function merge(
  known: KnownServers | undefined,
  what: 'changes' | 'everything',
  described: readonly Described[],
): KnownServers {
  const resources = new Map(what === 'changes' ? known?.resources : undefined);
  const leftOut = new Map(what === 'changes' ? known?.leftOut : undefined);
  for (const one of described) {
    const before = known?.resources.get(one.id);
    // Takes its place anew, so that a list that is read twice is in the same order.
    resources.delete(one.id);
    leftOut.delete(one.id);
    if (one.kind === 'resource') resources.set(one.id, before && isSame(before, one.resource) ? before : one.resource);
    else if (one.kind === 'unknown' && before) resources.set(one.id, before);
    else if (one.kind !== 'gone') leftOut.set(one.id, one.reason);
  }
  return known && isEqual(known.resources, resources) && isEqual(known.leftOut, leftOut)
    ? known
    : { resources, leftOut };
}

/** Regardless of order, which says nothing: the host's inventory has its own. */
function isEqual<T>(before: ReadonlyMap<string, T>, after: ReadonlyMap<string, T>): boolean {
  return before.size === after.size && [...after].every(([id, value]) => before.get(id) === value);
}

function isSame(before: Resource, after: Resource): boolean {
  return JSON.stringify(before) === JSON.stringify(after);
}

/** What concerns Keystone or a whole service is waited for there, once for all hosts. */
function concernsHost(error: OpenstackError): boolean {
  return !isOutage(error) && error.code !== 'bad-credentials' && error.code !== 'closed';
}

/** A number between a half and one that is always the same for a host. */
function shareOf(host: string): number {
  return 0.5 + createHash('sha256').update(host).digest().readUInt32BE() / 2 ** 33;
}
