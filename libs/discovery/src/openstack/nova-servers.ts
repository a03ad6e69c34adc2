import { createLookupCache, createSharedWork } from '@nephometer/openstack';
import type { Cloud } from '@nephometer/openstack';
import type { ReservedMetadata } from '../user-metadata.ts';
import type { Compat } from '@nephometer/sample';
import { createHostServers } from './host-servers.ts';
import type { HostServers, KnownServers } from './host-servers.ts';
import { getImage } from './image.ts';
import { getFlavor } from './nova.ts';

/** A host that nobody has asked about for so long is forgotten, in ms. */
const FORGOTTEN_AFTER_MS = 86_400_000;

/** The servers of all hosts, by what Nova says. */
export interface NovaServers {
  /** What Nova last said about a host; `undefined` if it has not yet. */
  known(host: string): KnownServers | undefined;
  /**
   * Brings a host up to date if it is time to; resolves to whether anything is new since the last call that resolved to true.
   * Calls for one host share one refresh, which goes on when they abort.
   *
   * @throws OpenstackError; the signal's reason if aborted
   */
  refresh(host: string, signal: AbortSignal): Promise<boolean>;
  /** Ends what is under way. Safe twice. */
  close(): Promise<void>;
}

interface Entry {
  readonly servers: HostServers;
  told: KnownServers | undefined;
  askedAtMs: number;
}

/** Knows nothing yet. */
export function createNovaServers(
  cloud: Cloud,
  options: { readonly compat: Compat; readonly reservedMetadata: ReservedMetadata },
): NovaServers {
  const flavors = createLookupCache(cloud, getFlavor);
  const images = createLookupCache(cloud, getImage);
  const work = createSharedWork();
  const entries = new Map<string, Entry>();

  function entryOf(host: string): Entry {
    const nowMs = cloud.clock.now();
    let entry = entries.get(host);
    if (!entry) {
      for (const [other, { askedAtMs }] of entries) if (nowMs - askedAtMs > FORGOTTEN_AFTER_MS) entries.delete(other);
      const servers = createHostServers({ host, cloud, flavors, images, ...options });
      entry = { servers, told: undefined, askedAtMs: nowMs };
      entries.set(host, entry);
    }
    entry.askedAtMs = nowMs;
    return entry;
  }

  return {
    known: (host) => entries.get(host)?.servers.known(),
    async refresh(host, signal) {
      const entry = entryOf(host);
      await work.run(host, (closing) => entry.servers.refresh(closing), signal);
      const known = entry.servers.known();
      const isNew = known !== entry.told;
      entry.told = known;
      return isNew;
    },
    async close() {
      await work.close();
      await Promise.all([flavors.close(), images.close()]);
    },
  };
}
