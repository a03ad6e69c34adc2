import { Instance, InstanceState } from '@nephometer/inspector-api';
import type { NovaMetadata } from '@nephometer/inspector-api';
import type { Chance } from './chance.ts';

/** A disk's name and how busy it is. */
export interface SimulatedDisk {
  readonly device: string;
  readonly path: string;
  readonly capacityBytes: bigint;
  readonly readsPerHour: number;
  readonly writesPerHour: number;
  /** Bytes of one request. */
  readonly requestBytes: number;
}

/** A network card's name and how busy it is. */
export interface SimulatedVnic {
  readonly device: string;
  readonly receivedPacketsPerHour: number;
  readonly sentPacketsPerHour: number;
  readonly packetBytes: number;
}

/** One pretended instance: its description and what drives its numbers. */
export interface SimulatedGuest {
  readonly instance: Instance;
  /** Epoch ms of its start; its counters were zero then. */
  readonly startedAtMs: number;
  /** Epoch ms at which its counters stand still, for a paused one. */
  readonly frozenAtMs: number | undefined;
  /** Share of its vCPUs that it uses on average, 0..1. */
  readonly load: number;
  /** Where its daily wave begins, in radians. */
  readonly phase: number;
  readonly disks: readonly SimulatedDisk[];
  readonly vnics: readonly SimulatedVnic[];
}

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
/** All pretended instances started in the year before this moment, so their counters are large already. */
const epochMs = Date.UTC(2025, 0, 1);

const flavors = [
  { name: 'm1.tiny', vcpus: 1, memoryMib: 512, diskGib: 1 },
  { name: 'm1.small', vcpus: 1, memoryMib: 2048, diskGib: 20 },
  { name: 'm1.medium', vcpus: 2, memoryMib: 4096, diskGib: 40 },
  { name: 'm1.large', vcpus: 4, memoryMib: 8192, diskGib: 80 },
  { name: 'm1.xlarge', vcpus: 8, memoryMib: 16384, diskGib: 160 },
] as const;
type Flavor = (typeof flavors)[number];

/** The instance with this number. */
export function createGuest(number: number, chance: Chance): SimulatedGuest {
  const id = chance.uuid(number, 'id');
  const name = `instance-${(number + 1).toString(16).padStart(8, '0')}`;
  const flavor = flavors[chance.between(0, flavors.length - 1, number, 'flavor')] ?? flavors[0];
  const state = stateOf(number, chance);
  const startedAtMs = epochMs - chance.between(1, 365 * 24, number, 'start') * hourMs;
  const disks = ['vda', 'vdb'].map((device) => diskOf(device, id, flavor, number, chance));
  const vnics = Array.from({ length: chance.between(1, 2, number, 'vnics') }, (_, index) =>
    vnicOf(index, number, chance),
  );
  return {
    instance: describe({ id, name, state, flavor, disks, vnics, startedAtMs }, number, chance),
    startedAtMs,
    frozenAtMs: state === InstanceState.PAUSED ? startedAtMs + 30 * dayMs : undefined,
    load: 0.03 + 0.45 * chance.share(number, 'load'),
    phase: 2 * Math.PI * chance.share(number, 'phase'),
    disks,
    vnics,
  };
}

/** One in sixteen is off, one in thirty-two paused; the first one always runs. */
function stateOf(number: number, chance: Chance): InstanceState {
  const draw = number === 0 ? 31 : chance.between(0, 31, number, 'state');
  if (draw < 2) return InstanceState.SHUT_OFF;
  return draw === 2 ? InstanceState.PAUSED : InstanceState.RUNNING;
}

function diskOf(device: string, id: string, flavor: Flavor, number: number, chance: Chance): SimulatedDisk {
  return {
    device,
    path: `/var/lib/nova/instances/${id}/${device === 'vda' ? 'disk' : 'disk.eph0'}`,
    capacityBytes: BigInt(device === 'vda' ? flavor.diskGib : 10) * 1024n ** 3n,
    readsPerHour: chance.between(100, 50_000, number, `${device} reads`),
    writesPerHour: chance.between(100, 90_000, number, `${device} writes`),
    requestBytes: chance.between(8, 64, number, `${device} size`) * 512,
  };
}

function vnicOf(index: number, number: number, chance: Chance): SimulatedVnic {
  const port = chance.uuid(number, `port ${index}`);
  return {
    device: `tap${port.slice(0, 11)}`,
    receivedPacketsPerHour: chance.between(50, 2_000_000, number, `received ${index}`),
    sentPacketsPerHour: chance.between(50, 1_500_000, number, `sent ${index}`),
    packetBytes: chance.between(80, 1400, number, `packet ${index}`),
  };
}

interface Parts {
  readonly id: string;
  readonly name: string;
  readonly state: InstanceState;
  readonly flavor: Flavor;
  readonly disks: readonly SimulatedDisk[];
  readonly vnics: readonly SimulatedVnic[];
  readonly startedAtMs: number;
}

function describe(parts: Parts, number: number, chance: Chance): Instance {
  const { id, name, state, flavor, disks, vnics } = parts;
  const reason = { [InstanceState.RUNNING]: 'booted', [InstanceState.PAUSED]: 'user' };
  const memoryKib = BigInt(flavor.memoryMib) * 1024n;
  return Instance.create({
    id,
    name,
    state,
    stateReason: state === InstanceState.SHUT_OFF ? 'shutdown' : (reason[state as keyof typeof reason] ?? ''),
    vcpusCurrent: flavor.vcpus,
    vcpusMaximum: flavor.vcpus,
    memoryCurrentKib: memoryKib,
    memoryMaximumKib: memoryKib,
    osType: 'hvm',
    architecture: 'x86_64',
    disks: disks.map(({ device, path }, index) => ({
      device,
      kind: 'disk',
      bus: 'virtio',
      sourceType: 'file',
      source: path,
      readOnly: false,
      alias: `virtio-disk${index}`,
      format: 'qcow2',
    })),
    vnics: vnics.map(({ device }, index) => ({
      device,
      mac: macOf(chance.uuid(number, `mac ${index}`)),
      kind: 'bridge',
      model: 'virtio',
      bridge: 'br-int',
      interfaceId: chance.uuid(number, `port ${index}`),
      alias: `net${index}`,
    })),
    balloon: { model: 'virtio', statsPeriodSeconds: 10 },
    // One in eight was not made by Nova.
    nova: number % 8 === 7 ? undefined : novaOf(parts, number, chance),
  });
}

function macOf(uuid: string): string {
  const digits = uuid.replaceAll('-', '');
  return `fa:16:3e:${digits.slice(0, 2)}:${digits.slice(2, 4)}:${digits.slice(4, 6)}`;
}

function novaOf({ flavor, startedAtMs }: Parts, number: number, chance: Chance): NovaMetadata {
  const project = chance.between(0, 9, number, 'project');
  return {
    name: `server-${number}`,
    creationTime: new Date(startedAtMs).toISOString().slice(0, 19).replace('T', ' '),
    packageVersion: '31.0.0',
    flavor: {
      id: String(flavors.indexOf(flavor) + 1),
      name: flavor.name,
      memoryMib: BigInt(flavor.memoryMib),
      diskGib: BigInt(flavor.diskGib),
      swapMib: 0n,
      ephemeralGib: 10n,
      vcpus: flavor.vcpus,
      extraSpecs: { entries: { 'hw:cpu_policy': 'shared' } },
    },
    owner: {
      userId: chance.uuid(project, 'user').replaceAll('-', ''),
      userName: `user-${project}`,
      projectId: chance.uuid(project, 'project').replaceAll('-', ''),
      projectName: `project-${project}`,
    },
    image: undefined,
    rootType: 'image',
    rootId: chance.uuid(chance.between(0, 4, number, 'image'), 'image'),
  };
}
