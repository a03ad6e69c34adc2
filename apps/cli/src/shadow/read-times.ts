import type { Hosts } from './hosts.ts';
import { createWindows } from './read-windows.ts';
import type { MeterStamp, Window } from './read-windows.ts';
import type { Series } from './series-store.ts';

/** When the two sides read, by host. */
export interface ReadTimes {
  /** When Ceilometer really read a host, by the timestamp of a sample. */
  windowsOf(host: string): (atMs: number) => Window;
  /** When Ceilometer read a meter on a host; where it never did, when it read anything there. */
  theirs(meter: string, host: string): readonly Window[];
  /** The same for us; we stamp when we have read. */
  ours(meter: string, host: string): readonly number[];
}

/** Gathers the times of all samples. */
export function gatherReadTimes(all: readonly Series[], hosts: Hosts): ReadTimes {
  const ours = createTimes();
  const theirs = createTimes();
  for (const series of all) {
    const host = hosts.of(series);
    for (const { atMs } of series.ours) ours.add(series.meter, host, atMs);
    for (const { atMs } of series.theirs) theirs.add(series.meter, host, atMs);
  }
  const windows = new Map<string, (atMs: number) => Window>();
  const windowsOf = (host: string): ((atMs: number) => Window) => {
    const known = windows.get(host);
    if (known !== undefined) return known;
    const made = createWindows(theirs.onHost(host));
    windows.set(host, made);
    return made;
  };
  return {
    windowsOf,
    theirs: (meter, host) => theirs.ofMeter(meter, host).map(windowsOf(host)),
    ours: (meter, host) => ours.ofMeter(meter, host),
  };
}

interface Times {
  add(meter: string, host: string, atMs: number): void;
  onHost(host: string): MeterStamp[];
  ofMeter(meter: string, host: string): readonly number[];
}

/** Distinct times by host, and there by meter. */
function createTimes(): Times {
  const all = new Map<string, Map<string, Set<number>>>();
  const onHost = (host: string): MeterStamp[] =>
    [...(all.get(host) ?? [])].flatMap(([meter, times]) => [...times].map((atMs) => ({ meter, atMs })));
  return {
    add(meter, host, atMs) {
      const meters = all.get(host) ?? new Map<string, Set<number>>();
      all.set(host, meters);
      const times = meters.get(meter) ?? new Set<number>();
      meters.set(meter, times);
      times.add(atMs);
    },
    onHost,
    ofMeter(meter, host) {
      const own = all.get(host)?.get(meter);
      if (own !== undefined) return [...own];
      // What does not say its host is held against all of them.
      const hosts = host === '' ? [...all.keys()] : [host];
      return [...new Set(hosts.flatMap(onHost).map(({ atMs }) => atMs))];
    },
  };
}
