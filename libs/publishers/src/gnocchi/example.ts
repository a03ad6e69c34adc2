import { formatTimestamp } from '@nephometer/sample';
import type { Metadata, Sample } from '@nephometer/sample';
import { exampleSample } from '../example.ts';

// What the specs of this folder publish: guests with ids that Gnocchi takes as they are.

/** Id of the guest of that number. */
export function guestId(guest: number): string {
  return `5f2e1b60-7b2c-4a4e-9d0f-${String(guest).padStart(12, '0')}`;
}

/** A sample of a guest, or with `device` of one of its disks or NICs. */
export function guestSample(
  guest: number,
  fields: Partial<Sample> & { readonly device?: 'vda' | 'tap-0' } = {},
): Sample {
  const { device, ...different } = fields;
  const id = guestId(guest);
  return exampleSample({
    projectId: `p${guest}`,
    resourceId: device === undefined ? id : `${id}-${device}`,
    resourceMetadata: deviceMetadata(guest, device),
    ...different,
  });
}

const made = new Map<string, Metadata>();

/** One object for all samples of a device, as it is while nothing about it changes. */
function deviceMetadata(guest: number, device: string | undefined): Metadata {
  const key = `${guest} ${device}`;
  const metadata = made.get(key) ?? {
    ...guestMetadata(guest),
    ...(device === 'vda' && { disk_name: 'vda' }),
    ...(device === 'tap-0' && { vnic_name: 'tap-0' }),
  };
  made.set(key, metadata);
  return metadata;
}

/** What is said of a guest, with what a test wants different. */
export function guestMetadata(guest: number, different: Metadata = {}): Metadata {
  return {
    display_name: `wéb-${guest}`,
    instance_id: guestId(guest),
    instance_host: 'compute-1',
    host: 'a hash',
    flavor: { id: '42', name: 'm1.tiny' },
    image_ref: null,
    user_metadata: { server_group: 'g1' },
    ...different,
  };
}

/** Meters of {@link guestCycles}, with their unit and device. */
const meters = [
  { name: 'cpu', unit: 'ns', device: undefined },
  { name: 'memory.usage', unit: 'MiB', device: undefined },
  { name: 'power.state', unit: '', device: undefined },
  { name: 'disk.device.read.bytes', unit: 'B', device: 'vda' },
  { name: 'network.incoming.bytes', unit: 'B', device: 'tap-0' },
] as const;

/** Samples of so many guests, a list for each cycle, five minutes apart: as finely as Ceilometer's archive policies keep them. */
export function guestCycles(guests: number, cycles: number): readonly (readonly Sample[])[] {
  return Array.from({ length: cycles }, (_, cycle) =>
    Array.from({ length: guests }, (_, guest) =>
      meters.map(({ name, unit, device }, index) =>
        guestSample(guest, {
          name,
          unit,
          ...(device !== undefined && { device }),
          volume: guest * 1e6 + cycle * 1000 * (index + 1) + index / 4,
          timestamp: formatTimestamp(startMs + cycle * 300_000 + 1500.25),
        }),
      ),
    ).flat(),
  );
}

const startMs = Date.UTC(2026, 0, 2, 3, 5);
