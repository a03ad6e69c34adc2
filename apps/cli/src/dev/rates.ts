import type { ShownSample } from './parse-sample.ts';

/** What the live view shows of one instance. Absent: no data. */
export interface InstanceRow {
  readonly id: string;
  readonly name: string;
  /** Power state as libvirt numbers it. */
  readonly powerState?: number;
  readonly vcpus?: number;
  /** CPU time in percent of all its virtual CPUs, over the last interval. */
  readonly cpuPercent?: number;
  /** What the guest says it uses, in bytes. */
  readonly memoryUsedBytes?: number;
  /** What its process takes on the host, in bytes. */
  readonly memoryResidentBytes?: number;
  /** What it has, in bytes. */
  readonly memoryTotalBytes?: number;
  /** All disks together, in bytes per second over the last interval. */
  readonly diskReadRate?: number;
  readonly diskWriteRate?: number;
  /** All network cards together, in bytes per second over the last interval. */
  readonly networkReceiveRate?: number;
  readonly networkTransmitRate?: number;
}

/** The state of things after some samples. */
export interface RatesSummary {
  readonly rows: readonly InstanceRow[];
  /** Readings of the host so far. */
  readonly cycles: number;
  /** Samples of the last cycle that is complete, or of the first one while it is under way. */
  readonly samplesPerCycle: number;
  /** Over the last complete cycle; absent before there is one. */
  readonly samplesPerSecond?: number;
}

/** Turns the samples of one host into what a person wants to see of its instances. */
export interface Rates {
  /** Takes a sample; those of one reading share their timestamp, and readings come in order. */
  add(sample: ShownSample): void;
  summary(): RatesSummary;
}

/** An instance that had no sample in this many readings has gone. */
const KEPT_CYCLES = 2;

const MIB = 1024 * 1024;

interface Series {
  readonly volume: number;
  readonly atMs: number;
  /** Number of the reading it came with. */
  readonly cycle: number;
  /** Change per second between the last two values; absent on the first and after a counter went back. */
  readonly rate?: number;
}

interface Seen {
  name: string;
  cycle: number;
  cpuNumber?: number;
  /** By meter, then by resource. */
  readonly meters: Map<string, Map<string, Series>>;
}

/** Makes an empty {@link Rates}. No clock: time is that of the samples. */
export function createRates(): Rates {
  const instances = new Map<string, Seen>();
  let cycles = 0;
  let cycleAtMs = -Infinity;
  let samplesInCycle = 0;
  let complete: { readonly samples: number; readonly perSecond: number } | undefined;

  function beginCycle(atMs: number): void {
    if (cycles > 0) {
      complete = { samples: samplesInCycle, perSecond: samplesInCycle / ((atMs - cycleAtMs) / 1000) };
    }
    cycles += 1;
    cycleAtMs = atMs;
    samplesInCycle = 0;
    for (const [id, { cycle }] of instances) if (cycle < cycles - KEPT_CYCLES) instances.delete(id);
  }

  return {
    add(sample) {
      if (sample.atMs > cycleAtMs) beginCycle(sample.atMs);
      samplesInCycle += 1;
      const seen: Seen = instances.get(sample.instanceId) ?? { name: '', cycle: 0, meters: new Map() };
      instances.set(sample.instanceId, seen);
      seen.name = sample.instanceName;
      seen.cycle = cycles;
      if (sample.cpuNumber !== undefined) seen.cpuNumber = sample.cpuNumber;
      const series = seen.meters.get(sample.meter) ?? new Map<string, Series>();
      seen.meters.set(sample.meter, series);
      series.set(sample.resourceId, nextValue(series.get(sample.resourceId), sample, cycles));
    },
    summary: () => ({
      rows: Array.from(instances, ([id, seen]) => rowOf(id, seen, cycles)),
      cycles,
      samplesPerCycle: complete?.samples ?? samplesInCycle,
      ...(complete && { samplesPerSecond: complete.perSecond }),
    }),
  };
}

function nextValue(previous: Series | undefined, { volume, atMs }: ShownSample, cycle: number): Series {
  if (previous === undefined || atMs <= previous.atMs || volume < previous.volume) return { volume, atMs, cycle };
  return { volume, atMs, cycle, rate: ((volume - previous.volume) / (atMs - previous.atMs)) * 1000 };
}

function rowOf(id: string, { name, cpuNumber, meters }: Seen, cycles: number): InstanceRow {
  // The sum over the resources of a meter. A device that has gone counts no more; one of the reading before still does,
  // since the latest one may be coming in just now.
  const total = (meter: string, valueOf: (series: Series) => number | undefined): number | undefined => {
    const current = [...(meters.get(meter)?.values() ?? [])].filter(({ cycle }) => cycle >= cycles - 1);
    const values = current.map(valueOf).filter((value) => value !== undefined);
    return values.length === 0 ? undefined : values.reduce((sum, value) => sum + value, 0);
  };
  const level = (meter: string): number | undefined => total(meter, ({ volume }) => volume);
  const rate = (meter: string): number | undefined => total(meter, (series) => series.rate);

  const vcpus = level('vcpus') ?? cpuNumber;
  const cpuNsPerSecond = rate('cpu');
  return withoutAbsent({
    id,
    name,
    powerState: level('power.state'),
    vcpus,
    cpuPercent: cpuNsPerSecond === undefined ? undefined : cpuNsPerSecond / 1e7 / Math.max(1, vcpus ?? 1),
    memoryUsedBytes: scaled(level('memory.usage')),
    memoryResidentBytes: scaled(level('memory.resident')),
    memoryTotalBytes: scaled(level('memory')),
    diskReadRate: rate('disk.device.read.bytes'),
    diskWriteRate: rate('disk.device.write.bytes'),
    networkReceiveRate: rate('network.incoming.bytes'),
    networkTransmitRate: rate('network.outgoing.bytes'),
  });
}

function scaled(mib: number | undefined): number | undefined {
  return mib === undefined ? undefined : mib * MIB;
}

type Present<T> = { [Key in keyof T]: Exclude<T[Key], undefined> };

/** The same object without the keys that have no value. */
function withoutAbsent<T extends object>(value: T): Present<T> {
  return Object.fromEntries(Object.entries(value).filter(([, entry]) => entry !== undefined)) as Present<T>;
}
