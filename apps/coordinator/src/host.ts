import type { InspectInstancesResponse, StatisticsGroup } from '@nephometer/inspector-api';
import type { InspectorClient } from '@nephometer/inspector-client';
import type { Discovery, InstanceResource, Registry, SkippedInstance } from '@nephometer/plugin';

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
   * Lists and discovers again if `revision` is not the one of the last list; otherwise costs nothing. Calls that overlap
   * share one listing. A listing that fails keeps the last good one, and rejects.
   */
  refresh(revision: bigint, call: HostCall): Promise<Refreshed>;
  /** What the discovery of that name found at the last {@link refresh}. */
  resourcesOf(discovery: string): readonly InstanceResource[];
  close(): void;
}

/** What a refresh did. */
export interface Refreshed {
  /** Instances that a discovery has newly left out. */
  readonly skipped: readonly SkippedInstance[];
}

interface Listing {
  readonly revision: bigint;
  readonly resources: ReadonlyMap<string, readonly InstanceResource[]>;
  readonly skipped: ReadonlyMap<string, SkippedInstance>;
}

const NOTHING_NEW: Refreshed = { skipped: [] };

/** A host behind an inspector's client, which it closes in the end. */
export function createHost(client: InspectorClient, discoveries: Registry<Discovery>): Host {
  let listing: Listing = { revision: -1n, resources: new Map(), skipped: new Map() };
  let underWay: { readonly revision: bigint; readonly done: Promise<Refreshed> } | undefined;

  async function list(call: HostCall): Promise<Refreshed> {
    const { inventoryRevision, ...inventory } = await client.listInstances(call);
    const found = [...discoveries.values()].map((discovery) => ({ discovery, result: discovery.discover(inventory) }));
    const skipped = new Map(found.flatMap(({ result }) => result.skipped.map((entry) => [entry.id, entry] as const)));
    const before = listing.skipped;
    listing = {
      revision: inventoryRevision,
      resources: new Map(found.map(({ discovery, result }) => [discovery.name, result.resources])),
      skipped,
    };
    return { skipped: [...skipped.values()].filter(({ id, reason }) => before.get(id)?.reason !== reason) };
  }

  return {
    target: client.target,
    inspect: (groups, call) => client.inspectInstances({ groups: [...groups] }, call),
    async refresh(revision, call) {
      if (revision === listing.revision) return NOTHING_NEW;
      // Two tasks may find the same change at once; the second one has nothing to say about it.
      if (underWay?.revision === revision) return underWay.done.then(() => NOTHING_NEW);
      const done = list(call);
      underWay = { revision, done };
      try {
        return await done;
      } finally {
        if (underWay?.done === done) underWay = undefined;
      }
    },
    resourcesOf: (discovery) => listing.resources.get(discovery) ?? [],
    close: () => client.close(),
  };
}
