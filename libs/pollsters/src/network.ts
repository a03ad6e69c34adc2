import { StatisticsGroup } from '@nephometer/inspector-api';
import type { VnicStatistics } from '@nephometer/inspector-api';
import type { InstanceReading, Pollster } from '@nephometer/plugin';
import { createSample } from '@nephometer/sample';
import type { Meter, Sample } from '@nephometer/sample';
import { statisticsOf } from './device.ts';
import { isMetered } from './metered.ts';
import { vnicsOf } from './vnic.ts';
import { toVolume } from './volume.ts';

interface VnicMeter extends Meter {
  /** The counter that the meter shows or is made from. */
  readonly counter: (vnic: VnicStatistics) => bigint | undefined;
  /** How the volume is made from it; the counter as it is by default. */
  readonly volume?: (change: CounterChange) => number | undefined;
}

/** A counter in two readings. */
interface CounterChange {
  readonly now: bigint;
  /** Absent without a previous reading and for a card that was not in it. */
  readonly before: bigint | undefined;
  /** Between the two readings; not positive if the same one is seen twice or the clock was set back. */
  readonly elapsedMs: number;
}

const receiveBytes = (vnic: VnicStatistics): bigint | undefined => vnic.receiveBytes;
const transmitBytes = (vnic: VnicStatistics): bigint | undefined => vnic.transmitBytes;

const meters: readonly VnicMeter[] = [
  { name: 'network.incoming.bytes', type: 'cumulative', unit: 'B', counter: receiveBytes },
  { name: 'network.incoming.packets', type: 'cumulative', unit: 'packet', counter: (vnic) => vnic.receivePackets },
  { name: 'network.outgoing.bytes', type: 'cumulative', unit: 'B', counter: transmitBytes },
  { name: 'network.outgoing.packets', type: 'cumulative', unit: 'packet', counter: (vnic) => vnic.transmitPackets },
  { name: 'network.incoming.packets.error', type: 'cumulative', unit: 'packet', counter: (vnic) => vnic.receiveErrors },
  { name: 'network.incoming.packets.drop', type: 'cumulative', unit: 'packet', counter: (vnic) => vnic.receiveDrops },
  {
    name: 'network.outgoing.packets.error',
    type: 'cumulative',
    unit: 'packet',
    counter: (vnic) => vnic.transmitErrors,
  },
  { name: 'network.outgoing.packets.drop', type: 'cumulative', unit: 'packet', counter: (vnic) => vnic.transmitDrops },
  { name: 'network.incoming.bytes.delta', type: 'delta', unit: 'B', counter: receiveBytes, volume: delta },
  { name: 'network.outgoing.bytes.delta', type: 'delta', unit: 'B', counter: transmitBytes, volume: delta },
  { name: 'network.incoming.bytes.rate', type: 'gauge', unit: 'B/s', counter: receiveBytes, volume: rate },
  { name: 'network.outgoing.bytes.rate', type: 'gauge', unit: 'B/s', counter: transmitBytes, volume: rate },
];

/** `network.*`: one sample per network card, see `vnicsOf`. */
export const networkPollsters: readonly Pollster[] = meters.map((meter) => ({
  name: meter.name,
  discovery: 'local_instances',
  needs: [StatisticsGroup.VNIC],
  samples(resource, reading, previous) {
    const samples: Sample[] = [];
    if (!isMetered(reading.statistics)) return samples;
    for (const { name, resourceId, metadata } of vnicsOf(resource)) {
      const volume = volumeOf(meter, name, reading, previous);
      if (volume === undefined) continue;
      samples.push(createSample({ meter, volume, resource, resourceId, metadata, stamp: reading.stamp }));
    }
    return samples;
  },
}));

function volumeOf(
  { counter, volume }: VnicMeter,
  device: string,
  reading: InstanceReading,
  previous: InstanceReading | undefined,
): number | undefined {
  const vnic = statisticsOf(reading.statistics.vnics, device);
  const now = vnic && counter(vnic);
  if (now === undefined || volume === undefined) return now === undefined ? undefined : toVolume(now);
  const vnicBefore = previous && statisticsOf(previous.statistics.vnics, device);
  const before = vnicBefore && counter(vnicBefore);
  return volume({ now, before, elapsedMs: reading.readAtMs - (previous?.readAtMs ?? reading.readAtMs) });
}

/** What was added since the previous reading; 0 on the first one. */
function delta({ now, before }: CounterChange): number {
  return before === undefined ? 0 : toVolume(added(now, before));
}

/** What was added per second; no value on the first reading, nor where no time has passed. Never negative. */
function rate({ now, before, elapsedMs }: CounterChange): number | undefined {
  if (before === undefined || elapsedMs <= 0) return undefined;
  return (toVolume(added(now, before)) * 1000) / elapsedMs;
}

/** A counter that went back was reset and has counted from zero since. */
function added(now: bigint, before: bigint): bigint {
  return now < before ? now : now - before;
}
