import { InspectionStatus, Instance, InstanceState, InstanceStatistics } from '@nephometer/inspector-api';

// Guests as an inspector of an OpenStack cloud describes and reads them: two disks, one network card, all that is usual.

/** So many running guests. */
export function describeGuests(count: number): readonly Instance[] {
  return Array.from({ length: count }, (_, guest) => Instance.fromPartial(descriptionOf(guest)));
}

/** What they are read as, some cycles after they began; counters have grown since the cycle before. */
export function readGuestsAt(guests: readonly Instance[], cycle: number): readonly InstanceStatistics[] {
  return guests.map(({ id, name }, guest) =>
    InstanceStatistics.fromPartial({ id, name, ...statisticsOf(guest, BigInt(cycle)) }),
  );
}

function descriptionOf(guest: number): Parameters<typeof Instance.fromPartial>[0] {
  const project = guest % 10;
  const id = uuid(guest);
  return {
    id,
    name: `instance-${hex(guest + 1, 8)}`,
    state: InstanceState.RUNNING,
    stateReason: 'booted',
    vcpusCurrent: 2,
    vcpusMaximum: 2,
    memoryCurrentKib: 4_194_304n,
    memoryMaximumKib: 4_194_304n,
    osType: 'hvm',
    architecture: 'x86_64',
    disks: ['vda', 'vdb'].map((device) => ({ device, kind: 'disk', bus: 'virtio', source: `/nova/${id}/${device}` })),
    vnics: [
      { device: tapOf(guest), mac: `fa:16:3e:00:00:${hex(guest, 2)}`, bridge: 'br-int', interfaceId: uuid(guest) },
    ],
    nova: {
      name: `server-${guest}`,
      creationTime: '2026-01-02 03:04:05',
      packageVersion: '31.0.0',
      flavor: {
        id: '3',
        name: 'm1.medium',
        memoryMib: 4096n,
        diskGib: 40n,
        swapMib: 0n,
        ephemeralGib: 0n,
        vcpus: 2,
        extraSpecs: { entries: { 'hw:cpu_policy': 'shared', 'hw_rng:allowed': 'true' } },
      },
      owner: {
        userId: `a1f4684e58bd4c88aefd2ecb0783b4${hex(project, 2)}`,
        userName: `user-${project}`,
        projectId: `d99c829753f64057bc0f2030da3099${hex(project, 2)}`,
        projectName: `project-${project}`,
      },
      image: {
        id: uuid(1000),
        containerFormat: 'bare',
        diskFormat: 'qcow2',
        minDisk: '1',
        minRam: '0',
        properties: { os_distro: 'debian', hw_disk_bus: 'virtio' },
      },
      rootType: 'image',
      rootId: uuid(1000),
    },
  };
}

function statisticsOf(guest: number, cycle: bigint): Parameters<typeof InstanceStatistics.fromPartial>[0] {
  const own = BigInt(guest + 1);
  /** A counter that has run for long, and grows by so much a cycle. */
  const counter = (step: bigint): bigint => own * 1_000_003n + (cycle + 10_000n) * step;
  const activity = counter(own * 4099n);
  return {
    status: InspectionStatus.OK,
    state: InstanceState.RUNNING,
    cpu: { timeNs: counter(31_415_926_535n) },
    vcpuCount: { current: 2 },
    memory: {
      currentKib: 4_194_304n,
      availableKib: 4_030_212n,
      usableKib: 2_000_000n + ((cycle * own) % 1_000_000n),
      unusedKib: 1_500_000n,
      residentKib: 3_100_000n + (cycle % 1000n),
      swapInKib: 0n,
      swapOutKib: 0n,
    },
    disks: ['vda', 'vdb'].map((device) => ({
      device,
      readRequests: counter(97n),
      readBytes: activity,
      readTimeNs: counter(3_000_001n),
      writeRequests: counter(211n),
      writeBytes: activity * 3n,
      writeTimeNs: counter(9_000_011n),
      capacityBytes: 42_949_672_960n,
      allocationBytes: 9_663_676_416n,
      physicalBytes: 9_663_676_416n,
    })),
    vnics: [
      {
        device: tapOf(guest),
        receiveBytes: activity * 2n,
        receivePackets: counter(1009n),
        receiveErrors: 0n,
        receiveDrops: own,
        transmitBytes: activity,
        transmitPackets: counter(907n),
        transmitErrors: 0n,
        transmitDrops: 0n,
      },
    ],
  };
}

function tapOf(guest: number): string {
  return `tap${uuid(guest).slice(0, 11)}`;
}

function uuid(number: number): string {
  return `${hex(number * 7919 + 0x0a75c2fa, 8)}-6c03-45a8-bbf7-${hex(number, 12)}`;
}

function hex(number: number, digits: number): string {
  return number.toString(16).padStart(digits, '0');
}
