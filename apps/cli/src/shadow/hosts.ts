import { hostOf, instanceIdOf } from './observation.ts';
import type { Reading, Series } from './series-store.ts';

/** The hosts of a comparison, by Ceilometer's names for them. */
export interface Hosts {
  /** The host that a series is of; empty if it does not say. */
  of(series: Series): string;
  /** Whether both sides know a guest on it; what does not say its host counts. */
  isShared(host: string): boolean;
  /** Ids of the guests that Ceilometer gave any sample of. */
  readonly theirGuests: ReadonlySet<string>;
}

/** Learns from the guests that both sides know which of our hosts is which of Ceilometer's: their names may differ. */
export function matchHosts(all: readonly Series[]): Hosts {
  const ours = hostsOfGuests(all.map((series) => series.ours));
  const theirs = hostsOfGuests(all.map((series) => series.theirs));
  const theirNames = new Set(theirs.values());
  const shared = new Set<string>();
  const aliases = new Map<string, string>();
  for (const [guest, theirHost] of theirs) {
    const ourHost = ours.get(guest);
    if (ourHost === undefined) continue;
    shared.add(theirHost);
    // A host that both call the same is itself, even while one of its guests moves to another one.
    if (!theirNames.has(ourHost)) aliases.set(ourHost, theirHost);
    else shared.add(ourHost);
  }
  return {
    of(series) {
      const theirLast = series.theirs.at(-1);
      if (theirLast !== undefined) return hostOf(theirLast.facts);
      const ourLast = series.ours.at(-1);
      const name = ourLast === undefined ? '' : hostOf(ourLast.facts);
      return aliases.get(name) ?? name;
    },
    isShared: (host) => host === '' || shared.has(host),
    theirGuests: new Set(theirs.keys()),
  };
}

/** The host that each guest was on last. */
function hostsOfGuests(all: readonly (readonly Reading[])[]): Map<string, string> {
  const hosts = new Map<string, string>();
  for (const readings of all) {
    const facts = readings.at(-1)?.facts;
    const guest = facts && instanceIdOf(facts);
    if (facts !== undefined && guest !== undefined) hosts.set(guest, hostOf(facts));
  }
  return hosts;
}
