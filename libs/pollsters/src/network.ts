import { StatisticsGroup } from '@nephometer/inspector-api';
import type { VnicStatistics } from '@nephometer/inspector-api';
import type { InstanceReading, Pollster } from '@nephometer/plugin';
import type { Compat } from '@nephometer/sample';
import { elapsedMsOf, growthOf, wentBack } from './counter-growth.ts';
import type { Counter } from './counter-growth.ts';
import { statisticsOf } from './device.ts';
import { createDevicePollster } from './device-pollster.ts';
import { all, rowAt, since19 } from './meter-row.ts';
import type { MeterRow, Versioned } from './meter-row.ts';
import { vnicsAt } from './vnic.ts';
import { perSecond, toVolume } from './volume.ts';

interface VnicRow extends MeterRow {
  /** The counter that the meter shows or is made from. */
  readonly counter: Counter<VnicStatistics>;
  /** How the volume is made from the readings of a card; the counter as it is by default. */
  readonly change?: (counter: Counter<VnicStatistics>, readings: VnicReadings) => number | undefined;
}

/** A card in two readings. */
interface VnicReadings {
  readonly now: VnicStatistics;
  readonly device: string;
  readonly reading: InstanceReading;
  readonly previous: InstanceReading | undefined;
}

const receiveBytes = (vnic: VnicStatistics): bigint | undefined => vnic.receiveBytes;
const receivePackets = (vnic: VnicStatistics): bigint | undefined => vnic.receivePackets;
const transmitBytes = (vnic: VnicStatistics): bigint | undefined => vnic.transmitBytes;
const transmitPackets = (vnic: VnicStatistics): bigint | undefined => vnic.transmitPackets;

/** `network.*`: one sample per network card, see `vnicsAt`. All is as the guest sees it. */
export const networkRows: readonly Versioned<VnicRow>[] = [
  {
    name: 'network.incoming.bytes',
    type: 'cumulative',
    unit: 'B',
    versions: all,
    description: 'Bytes received.',
    counter: receiveBytes,
  },
  {
    name: 'network.incoming.packets',
    type: 'cumulative',
    unit: 'packet',
    versions: all,
    description: 'Packets received.',
    counter: receivePackets,
  },
  {
    name: 'network.outgoing.bytes',
    type: 'cumulative',
    unit: 'B',
    versions: all,
    description: 'Bytes sent.',
    counter: transmitBytes,
  },
  {
    name: 'network.outgoing.packets',
    type: 'cumulative',
    unit: 'packet',
    versions: all,
    description: 'Packets sent.',
    counter: transmitPackets,
  },
  {
    name: 'network.incoming.packets.error',
    type: 'cumulative',
    unit: 'packet',
    versions: since19,
    description: 'Receive errors.',
    counter: (vnic) => vnic.receiveErrors,
  },
  {
    name: 'network.incoming.packets.drop',
    type: 'cumulative',
    unit: 'packet',
    versions: since19,
    description: 'Received packets that were dropped.',
    counter: (vnic) => vnic.receiveDrops,
  },
  {
    name: 'network.outgoing.packets.error',
    type: 'cumulative',
    unit: 'packet',
    versions: since19,
    description: 'Send errors.',
    counter: (vnic) => vnic.transmitErrors,
  },
  {
    name: 'network.outgoing.packets.drop',
    type: 'cumulative',
    unit: 'packet',
    versions: since19,
    description: 'Packets to send that were dropped.',
    counter: (vnic) => vnic.transmitDrops,
  },
  {
    name: 'network.incoming.bytes.delta',
    type: 'delta',
    unit: 'B',
    versions: since19,
    description: 'Bytes received since the reading before; 0 on the first one.',
    counter: receiveBytes,
    change: delta,
  },
  {
    name: 'network.outgoing.bytes.delta',
    type: 'delta',
    unit: 'B',
    versions: since19,
    description:
      'Bytes sent since the reading before; 0 on the first one.' +
      ' 19.0.0 names the samples `network.outgoing.packets.delta`, an error there that its series carry on.',
    counter: transmitBytes,
    change: delta,
    at: { '19.0.0': { sampleName: 'network.outgoing.packets.delta' } },
  },
  {
    name: 'network.incoming.bytes.rate',
    type: 'gauge',
    unit: 'B/s',
    isFloat: true,
    versions: all,
    isDerived: true,
    description: 'Bytes received per second.',
    counter: receiveBytes,
    change: rate,
  },
  {
    name: 'network.outgoing.bytes.rate',
    type: 'gauge',
    unit: 'B/s',
    isFloat: true,
    versions: all,
    isDerived: true,
    description: 'Bytes sent per second.',
    counter: transmitBytes,
    change: rate,
  },
];

/** The pollsters of {@link networkRows} at one version. */
export function createNetworkPollsters(compat: Compat): readonly Pollster[] {
  return networkRows.map((versioned) => {
    const row = rowAt(versioned, compat);
    const { counter, change } = row;
    return createDevicePollster({
      row,
      compat,
      needs: [StatisticsGroup.VNIC],
      devicesOf: vnicsAt(compat),
      volume({ name: device }, reading, previous) {
        const now = statisticsOf(reading.statistics.vnics, device);
        if (now === undefined) return undefined;
        if (change !== undefined) return change(counter, { now, device, reading, previous });
        const value = counter(now);
        return value === undefined ? undefined : toVolume(value);
      },
    });
  });
}

/** What was added since the previous reading; 0 on the first one and for a card that it did not have. Never negative. */
function delta(counter: Counter<VnicStatistics>, readings: VnicReadings): number | undefined {
  if (counter(readings.now) === undefined) return undefined;
  return toVolume(growth(counter, readings) ?? 0n);
}

/** What was added per second; no value on the first reading, nor where no time has passed. Never negative. */
function rate(counter: Counter<VnicStatistics>, readings: VnicReadings): number | undefined {
  const elapsedMs = elapsedMsOf(readings.reading, readings.previous);
  const added = growth(counter, readings);
  return elapsedMs === undefined || added === undefined ? undefined : perSecond(added, elapsedMs);
}

const traffic = [receiveBytes, receivePackets, transmitBytes, transmitPackets];

/**
 * What a counter grew by; `undefined` unless both readings have it. A card that began anew has counted from zero since, which
 * its own counters tell and a restart of the guest does not: devices that somebody else made outlive it.
 */
function growth(counter: Counter<VnicStatistics>, { now, device, previous }: VnicReadings): bigint | undefined {
  const before = previous && statisticsOf(previous.statistics.vnics, device);
  const value = counter(now);
  const valueBefore = before && counter(before);
  if (before === undefined || value === undefined || valueBefore === undefined) return undefined;
  return growthOf(value, wentBack(traffic, now, before) ? 0n : valueBefore);
}
