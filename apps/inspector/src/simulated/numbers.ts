import {
  InspectionStatus,
  InstanceState,
  InstanceStatistics,
  MissingReason,
  StatisticsGroup,
  VcpuState,
} from '@nephometer/inspector-api';
import type { MissingStatistics } from '@nephometer/inspector-api';
import { findGap, take } from '../statistics/gap.ts';
import { everyField } from '../statistics/group-shape.ts';
import { isComplete } from '../statistics/is-complete.ts';
import type { SimulatedGuest } from './guest.ts';

/** Groups that the simulated hypervisor knows. */
export const simulatedGroups: readonly StatisticsGroup[] = [
  StatisticsGroup.STATE,
  StatisticsGroup.CPU,
  StatisticsGroup.VCPU,
  StatisticsGroup.MEMORY,
  StatisticsGroup.VNIC,
  StatisticsGroup.DISK,
];

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/**
 * The statistics of a guest at a moment: a function of the guest and the time alone. Counters never go back and are
 * exact above 2^53; a wave of one day moves the rates.
 */
export function statisticsAt(
  guest: SimulatedGuest,
  nowMs: number,
  groups: ReadonlySet<StatisticsGroup>,
): InstanceStatistics {
  const { instance } = guest;
  const off = instance.state === InstanceState.SHUT_OFF;
  const atMs = Math.max(0, Math.min(nowMs, guest.frozenAtMs ?? nowMs) - guest.startedAtMs);
  const statistics = InstanceStatistics.create({
    id: instance.id,
    name: instance.name,
    state: instance.state,
    stateReason: instance.stateReason,
  });
  if (!off && groups.has(StatisticsGroup.CPU)) statistics.cpu = cpuAt(guest, atMs);
  if (groups.has(StatisticsGroup.VCPU)) addVcpus(statistics, guest, atMs, off);
  if (groups.has(StatisticsGroup.MEMORY)) statistics.memory = memoryAt(guest, atMs, off, nowMs);
  if (!off && groups.has(StatisticsGroup.VNIC)) statistics.vnics = vnicsAt(guest, atMs);
  if (groups.has(StatisticsGroup.DISK)) statistics.disks = disksAt(guest, atMs, off);
  statistics.missing = [...groups].flatMap((group) => missingOf(statistics, group, off));
  if (off) statistics.status = InspectionStatus.SHUT_OFF;
  else statistics.status = isComplete(statistics.missing) ? InspectionStatus.OK : InspectionStatus.PARTIAL;
  return statistics;
}

function missingOf(statistics: InstanceStatistics, group: StatisticsGroup, off: boolean): MissingStatistics[] {
  const entry = (reason: MissingReason, fields: string[], detail = ''): MissingStatistics[] => [
    { group, reason, fields, since: undefined, detail },
  ];
  if (!simulatedGroups.includes(group)) {
    return entry(MissingReason.UNSUPPORTED, [], 'the simulated hypervisor has no such group');
  }
  const gap = findGap(statistics, group, !off);
  const fields = gap && take(gap, everyField);
  if (fields === undefined) return [];
  return entry(off ? MissingReason.NOT_RUNNING : MissingReason.UNSUPPORTED, fields);
}

/** Counters are summed in billionths: rounded to whole numbers one by one, the two parts could step back together. */
const fine = 1_000_000_000n;

/**
 * A counter that grows by `perHour` on average, slower at night. The even part is exact at any size; the wave's slope is
 * at most 0.8 of the even part's, so the sum never falls.
 */
function counter(perHour: number, atMs: number, phase: number): bigint {
  const even = (BigInt(Math.floor(perHour)) * BigInt(Math.floor(atMs)) * fine) / BigInt(hourMs);
  const radians = (2 * Math.PI) / dayMs;
  const wave = (perHour / hourMs) * (0.8 / radians) * (Math.cos(phase) - Math.cos(radians * atMs + phase));
  return (even + BigInt(Math.floor(wave * Number(fine)))) / fine;
}

/** CPU nanoseconds of all vCPUs that a guest uses in an hour. */
function cpuNsPerHour({ instance, load }: SimulatedGuest): number {
  return (instance.vcpusCurrent ?? 1) * load * hourMs * 1e6;
}

function cpuAt(guest: SimulatedGuest, atMs: number): InstanceStatistics['cpu'] {
  const timeNs = counter(cpuNsPerHour(guest), atMs, guest.phase);
  const userNs = (timeNs * 4n) / 5n;
  return { timeNs, userNs, systemNs: timeNs - userNs };
}

function addVcpus(statistics: InstanceStatistics, guest: SimulatedGuest, atMs: number, off: boolean): void {
  const current = guest.instance.vcpusCurrent ?? 1;
  statistics.vcpuCount = { current, maximum: guest.instance.vcpusMaximum };
  if (off) return;
  for (let number = 0; number < current; number++) {
    const timeNs = counter(cpuNsPerHour(guest) / current, atMs, guest.phase);
    statistics.vcpus.push({ number, state: VcpuState.RUNNING, timeNs, waitNs: timeNs / 50n, delayNs: timeNs / 200n });
  }
}

function memoryAt(guest: SimulatedGuest, atMs: number, off: boolean, nowMs: number): InstanceStatistics['memory'] {
  const maximumKib = guest.instance.memoryMaximumKib ?? 0n;
  const sizes = { currentKib: guest.instance.memoryCurrentKib, maximumKib };
  if (off) return sizes;
  const used = 0.3 + 0.4 * guest.load + 0.1 * Math.sin((2 * Math.PI * atMs) / dayMs + guest.phase);
  const availableKib = (maximumKib * 96n) / 100n;
  const usedKib = BigInt(Math.floor(Number(availableKib) * used));
  return {
    ...sizes,
    swapInKib: 0n,
    swapOutKib: 0n,
    majorFaults: counter(20, atMs, guest.phase),
    minorFaults: counter(90_000, atMs, guest.phase),
    unusedKib: (availableKib - usedKib) / 2n,
    availableKib,
    usableKib: availableKib - usedKib,
    lastUpdateSeconds: BigInt(Math.floor(nowMs / 10_000)) * 10n,
    diskCachesKib: (availableKib - usedKib) / 3n,
    residentKib: usedKib + 40_000n,
  };
}

function vnicsAt({ vnics, phase }: SimulatedGuest, atMs: number): InstanceStatistics['vnics'] {
  return vnics.map((vnic, index) => {
    const receivePackets = counter(vnic.receivedPacketsPerHour, atMs, phase);
    const transmitPackets = counter(vnic.sentPacketsPerHour, atMs, phase);
    const bytes = BigInt(vnic.packetBytes);
    return {
      index,
      device: vnic.device,
      receiveBytes: receivePackets * bytes,
      receivePackets,
      receiveErrors: 0n,
      receiveDrops: receivePackets / 1_000_000n,
      transmitBytes: transmitPackets * bytes,
      transmitPackets,
      transmitErrors: 0n,
      transmitDrops: 0n,
    };
  });
}

function disksAt({ disks, phase }: SimulatedGuest, atMs: number, off: boolean): InstanceStatistics['disks'] {
  return disks.map((disk, index) => {
    const { device, path, capacityBytes } = disk;
    const written = capacityBytes / 3n;
    const sizes = { allocationBytes: written, capacityBytes, physicalBytes: written, sourceSizeBytes: written };
    const told = { index, device, path, ...sizes };
    if (off) return told;
    const readRequests = counter(disk.readsPerHour, atMs, phase);
    const writeRequests = counter(disk.writesPerHour, atMs, phase);
    const bytes = BigInt(disk.requestBytes);
    return {
      ...told,
      backingIndex: index + 1,
      readRequests,
      readBytes: readRequests * bytes,
      readTimeNs: readRequests * 150_000n,
      writeRequests,
      writeBytes: writeRequests * bytes,
      writeTimeNs: writeRequests * 400_000n,
      flushRequests: writeRequests / 20n,
      flushTimeNs: (writeRequests / 20n) * 2_000_000n,
    };
  });
}
