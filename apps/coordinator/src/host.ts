import { DeadlineError, withDeadline } from '@nephometer/abortable';
import type { InspectInstancesResponse, StatisticsGroup } from '@nephometer/inspector-api';
import type { InspectorClient } from '@nephometer/inspector-client';
import type { DiscoveryUrl } from '@nephometer/pipeline-config';
import type { Discovered, Discovery, HostInventory, Registry, SkippedInstance } from '@nephometer/plugin';
import type { Resource } from '@nephometer/sample';

/** How one call to a host is made. */
export interface HostCall {
  readonly signal: AbortSignal;
  /** How long the call may take, in milliseconds. */
  readonly deadlineMs: number;
}

/** One hypervisor as the coordinator sees it: its inspector, and what discovery made of its inventory. */
export interface Host {
  /** Address of its inspector: how it is named until it has said its name. */
  readonly target: string;
  /** Reads the statistics of all its instances. Rejects with an InspectorError, or with the signal's reason. */
  inspect(groups: readonly StatisticsGroup[], call: HostCall): Promise<InspectInstancesResponse>;
  /**
   * Lists again if `revision` is not the one of the last list; otherwise costs nothing. Calls that overlap share one listing.
   * A listing that fails keeps the last good one, and rejects with an InspectorError or the signal's reason.
   */
  refresh(revision: bigint, call: HostCall): Promise<void>;
  /**
   * Lets discoveries bring what they know from elsewhere up to date. One that fails keeps its last good answer, and is in the
   * result. Rejects only with the signal's reason.
   */
  refreshDiscoveries(discoveries: readonly DiscoveryUrl[], call: HostCall): Promise<DiscoveryFailure[]>;
  /** What a discovery finds, from the last {@link refresh} and {@link refreshDiscoveries}. Nothing if it does not exist. */
  resourcesOf(discovery: DiscoveryUrl): readonly Resource[];
  /** What discoveries have newly left out since the last call. */
  takeSkipped(): SkippedInstance[];
  close(): void;
}

/** A discovery could not bring what it knows up to date. */
export interface DiscoveryFailure {
  readonly discovery: string;
  readonly error: unknown;
}

/** A host behind an inspector's client, which it closes in the end. */
export function createHost(client: InspectorClient, discoveries: Registry<Discovery>): Host {
  let listing: (HostInventory & { readonly revision: bigint }) | undefined;
  let underWay: { readonly revision: bigint; readonly done: Promise<void> } | undefined;
  /** By name and parameter; forgotten when the answer may be another one. */
  const found = new Map<string, Discovered>();
  const newlySkipped = new Map<string, SkippedInstance>();
  const saidReasons = new Map<string, string>();

  async function list(call: HostCall): Promise<void> {
    const { inventoryRevision, ...inventory } = await client.listInstances(call);
    listing = { revision: inventoryRevision, ...inventory };
    found.clear();
  }

  function noteSkipped({ skipped }: Discovered, key: string): void {
    for (const entry of skipped) {
      const id = `${key} ${entry.id}`;
      if (saidReasons.get(id) === entry.reason) continue;
      saidReasons.set(id, entry.reason);
      newlySkipped.set(id, entry);
    }
    const ids = new Set(skipped.map(({ id }) => `${key} ${id}`));
    for (const id of saidReasons.keys()) if (id.startsWith(`${key} `) && !ids.has(id)) saidReasons.delete(id);
  }

  function discover({ name, parameter }: DiscoveryUrl): Discovered | undefined {
    const discovery = discoveries.get(name);
    if (discovery === undefined || listing === undefined) return undefined;
    const key = JSON.stringify([name, parameter]);
    let answer = found.get(key);
    if (answer === undefined) {
      answer = discovery.discover(listing, parameter);
      found.set(key, answer);
      noteSkipped(answer, key);
    }
    return answer;
  }

  async function refreshOne(name: string, host: string, { signal, deadlineMs }: HostCall): Promise<void> {
    const discovery = discoveries.get(name);
    if (discovery?.refresh === undefined) return;
    const refresh = async (either: AbortSignal): Promise<boolean> => (await discovery.refresh?.(host, either)) ?? false;
    try {
      if (await withDeadline(signal, deadlineMs, refresh)) found.clear();
    } catch (error) {
      if (!(error instanceof DeadlineError)) throw error;
      // Without the number, which is another one each time: the same trouble is logged once.
      const message = 'it did not answer within what the cycle had left; the next cycle looks for the answer again';
      throw new Error(message);
    }
  }

  return {
    target: client.target,
    inspect: (groups, call) => client.inspectInstances({ groups: [...groups] }, call),
    async refresh(revision, call) {
      if (revision === listing?.revision) return;
      // Two tasks may find the same change at once.
      if (underWay?.revision === revision) return underWay.done;
      const done = list(call);
      underWay = { revision, done };
      try {
        await done;
      } finally {
        if (underWay?.done === done) underWay = undefined;
      }
    },
    async refreshDiscoveries(urls, call) {
      if (listing === undefined) return [];
      const { host } = listing;
      const names = [...new Set(urls.map(({ name }) => name))];
      const results = await Promise.all(
        names.map((discovery) =>
          refreshOne(discovery, host, call).then(
            () => undefined,
            (error: unknown): DiscoveryFailure => ({ discovery, error }),
          ),
        ),
      );
      call.signal.throwIfAborted();
      return results.filter((failure) => failure !== undefined);
    },
    resourcesOf: (discovery) => discover(discovery)?.resources ?? [],
    takeSkipped() {
      const skipped = [...newlySkipped.values()];
      newlySkipped.clear();
      return skipped;
    },
    close: () => client.close(),
  };
}
