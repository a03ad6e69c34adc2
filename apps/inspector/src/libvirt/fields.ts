import type { TypedParam } from '@nephometer/libvirt';
import { StatisticsGroup, VcpuState } from '@nephometer/inspector-api';
import type { CpuStatistics, IothreadStatistics, MemoryStatistics, PerfStatistics } from '@nephometer/inspector-api';
import type { DiskStatistics, VcpuStatistics, VnicStatistics } from '@nephometer/inspector-api';
import type { DirtyRateStatistics } from '@nephometer/inspector-api';
import type { Draft } from './draft.ts';

/** How one field of a bulk record gets into the statistics. */
export interface Field {
  readonly group: StatisticsGroup;
  /** Stores the value; false if it has no place in the API and belongs to the tail of named values. */
  put(draft: Draft, param: TypedParam): boolean;
}

type Put = Field['put'];
/** The fields of T that hold a V. */
type KeysOf<T, V> = { [K in keyof T]-?: V extends NonNullable<T[K]> ? K : never }[keyof T] & string;
type Table<T> = Readonly<Record<string, KeysOf<T, bigint>>>;

const cpu: Table<CpuStatistics> = {
  time: 'timeNs',
  user: 'userNs',
  system: 'systemNs',
  'haltpoll.success.time': 'haltpollSuccessNs',
  'haltpoll.fail.time': 'haltpollFailNs',
};
const memory: Table<MemoryStatistics> = {
  current: 'currentKib',
  maximum: 'maximumKib',
  swap_in: 'swapInKib',
  swap_out: 'swapOutKib',
  major_fault: 'majorFaults',
  minor_fault: 'minorFaults',
  unused: 'unusedKib',
  available: 'availableKib',
  usable: 'usableKib',
  'last-update': 'lastUpdateSeconds',
  disk_caches: 'diskCachesKib',
  hugetlb_pgalloc: 'hugetlbAllocations',
  hugetlb_pgfail: 'hugetlbFailures',
  rss: 'residentKib',
};
const perf: Table<PerfStatistics> = {
  cmt: 'cacheOccupancyBytes',
  mbmt: 'memoryBandwidthTotal',
  mbml: 'memoryBandwidthLocal',
  cpu_cycles: 'cpuCycles',
  instructions: 'instructions',
  cache_references: 'cacheReferences',
  cache_misses: 'cacheMisses',
  branch_instructions: 'branchInstructions',
  branch_misses: 'branchMisses',
  bus_cycles: 'busCycles',
  stalled_cycles_frontend: 'stalledCyclesFrontend',
  stalled_cycles_backend: 'stalledCyclesBackend',
  ref_cpu_cycles: 'referenceCpuCycles',
  cpu_clock: 'cpuClockNs',
  task_clock: 'taskClockNs',
  page_faults: 'pageFaults',
  context_switches: 'contextSwitches',
  cpu_migrations: 'cpuMigrations',
  page_faults_min: 'pageFaultsMinor',
  page_faults_maj: 'pageFaultsMajor',
  alignment_faults: 'alignmentFaults',
  emulation_faults: 'emulationFaults',
};
const vcpu: Table<VcpuStatistics> = { time: 'timeNs', wait: 'waitNs', delay: 'delayNs' };
const vnic: Table<VnicStatistics> = {
  'rx.bytes': 'receiveBytes',
  'rx.pkts': 'receivePackets',
  'rx.errs': 'receiveErrors',
  'rx.drop': 'receiveDrops',
  'tx.bytes': 'transmitBytes',
  'tx.pkts': 'transmitPackets',
  'tx.errs': 'transmitErrors',
  'tx.drop': 'transmitDrops',
};
const disk: Table<DiskStatistics> = {
  'rd.reqs': 'readRequests',
  'rd.bytes': 'readBytes',
  'rd.times': 'readTimeNs',
  'wr.reqs': 'writeRequests',
  'wr.bytes': 'writeBytes',
  'wr.times': 'writeTimeNs',
  'fl.reqs': 'flushRequests',
  'fl.times': 'flushTimeNs',
  errors: 'errors',
  allocation: 'allocationBytes',
  capacity: 'capacityBytes',
  physical: 'physicalBytes',
  threshold: 'thresholdBytes',
};
const iothread: Table<IothreadStatistics> = { 'poll-max-ns': 'pollMaxNs' };
const dirtyRateLong: Readonly<Record<string, KeysOf<DirtyRateStatistics, bigint>>> = {
  calc_start_time: 'startTimeSeconds',
  megabytes_per_second: 'mibPerSecond',
};

/** Counts that the length of our lists tells as well. */
const dropped: Put = () => true;
/** Nothing in the API has this name. */
const other: Put = () => false;

/** The part of the statistics that a value belongs to; `undefined` for a device that the record has not named yet. */
type Part<T> = (draft: Draft) => T | undefined;

function assign<T>(target: T | undefined, key: keyof T & string, value: unknown): boolean {
  if (target === undefined) return false;
  (target as Record<string, unknown>)[key] = value;
  return true;
}

/** The table's field of a part as an unsigned 64-bit number; negative means "not available". */
function unsigned<T>(table: Readonly<Record<string, KeysOf<T, bigint>>>, name: string, part: Part<T>): Put {
  const key = Object.hasOwn(table, name) ? table[name] : undefined;
  if (key === undefined) return other;
  return (draft, { value }) => {
    const exact = toBigInt(value);
    return exact !== undefined && exact >= 0n && assign(part(draft), key, exact);
  };
}

function toBigInt(value: TypedParam['value']): bigint | undefined {
  if (typeof value === 'bigint') return value;
  return typeof value === 'number' && Number.isInteger(value) ? BigInt(value) : undefined;
}

function whole<T>(part: Part<T>, key: KeysOf<T, number>, least: number, most: number): Put {
  return (draft, { value }) => {
    const number = typeof value === 'bigint' ? Number(value) : value;
    if (typeof number !== 'number' || !Number.isInteger(number) || number < least || number > most) return false;
    return assign(part(draft), key, number);
  };
}

/** What the API has 32 bits for; a number that does not fit is no value of that field. */
const uint32 = <T>(part: Part<T>, key: KeysOf<T, number>): Put => whole(part, key, 0, 0xffffffff);
const int32 = <T>(part: Part<T>, key: KeysOf<T, number>): Put => whole(part, key, -0x80000000, 0x7fffffff);

function text<T>(part: Part<T>, key: KeysOf<T, string>): Put {
  return (draft, { value }) => typeof value === 'string' && assign(part(draft), key, value);
}

/** A device begins with its name: what comes before it, or without one, cannot be told apart and stays in the tail. */
function deviceName(add: (draft: Draft, device: string) => void): Put {
  return (draft, { value }) => {
    if (typeof value !== 'string' || value === '') return false;
    add(draft, value);
    return true;
  };
}

const vcpuStates: readonly VcpuState[] = [VcpuState.OFFLINE, VcpuState.RUNNING, VcpuState.BLOCKED];

function vcpuPut(number: number, name: string): Put {
  const part: Part<VcpuStatistics> = (draft) => draft.vcpu(number);
  if (name === 'state') {
    return (draft, { value }) => {
      const state = typeof value === 'number' ? vcpuStates[value] : undefined;
      return state !== undefined && assign(part(draft), 'state', state);
    };
  }
  if (name === 'halted')
    return (draft, { value }) => typeof value === 'boolean' && assign(part(draft), 'halted', value);
  return unsigned(vcpu, name, part);
}

function diskPut(index: number, name: string): Put {
  const part: Part<DiskStatistics> = (draft) => draft.disk(index);
  if (name === 'name') return deviceName((draft, device) => draft.addDisk(index, device));
  if (name === 'path') return text(part, 'path');
  if (name === 'backingIndex') return uint32(part, 'backingIndex');
  return unsigned(disk, name, part);
}

function vnicPut(index: number, name: string): Put {
  if (name === 'name') return deviceName((draft, device) => draft.addVnic(index, device));
  return unsigned(vnic, name, (draft) => draft.vnic(index));
}

function iothreadPut(id: number, name: string): Put {
  const part: Part<IothreadStatistics> = (draft) => draft.iothread(id);
  if (name === 'poll-grow') return uint32(part, 'pollGrow');
  if (name === 'poll-shrink') return uint32(part, 'pollShrink');
  return unsigned(iothread, name, part);
}

function dirtyRatePut(name: string): Put {
  const part: Part<DirtyRateStatistics> = (draft) => draft.dirtyRate();
  switch (name) {
    case 'calc_status':
      return int32(part, 'status');
    case 'calc_period':
      return int32(part, 'periodSeconds');
    case 'calc_mode':
      return text(part, 'mode');
  }
  const [number, rest] = splitIndex(name.startsWith('vcpu.') ? name.slice('vcpu.'.length) : '');
  if (number !== undefined && rest === 'megabytes_per_second') {
    return (draft, { value }) => {
      const mibPerSecond = toBigInt(value);
      if (mibPerSecond === undefined || mibPerSecond < 0n) return false;
      draft.dirtyRate().vcpus.push({ number, mibPerSecond });
      return true;
    };
  }
  return unsigned(dirtyRateLong, name, part);
}

/** `3.rd.reqs` as [3, `rd.reqs`]. */
function splitIndex(name: string): readonly [number, string] | readonly [undefined, string] {
  const dot = name.indexOf('.');
  const index = name.slice(0, dot);
  // Ten digits could pass 32 bits, which the API has for numbers and ids.
  if (dot < 1 || dot > 9 || !/^\d+$/.test(index)) return [undefined, name];
  return [Number(index), name.slice(dot + 1)];
}

function indexed(name: string, put: (index: number, name: string) => Put): Put {
  if (name === 'count') return dropped;
  const [index, rest] = splitIndex(name);
  return index === undefined ? other : put(index, rest);
}

function compile(name: string): Field | undefined {
  const dot = name.indexOf('.');
  const rest = name.slice(dot + 1);
  switch (name.slice(0, dot)) {
    case 'state':
      return { group: StatisticsGroup.STATE, put: statePut(rest) };
    case 'cpu':
      return { group: StatisticsGroup.CPU, put: unsigned(cpu, rest, (draft) => draft.cpu()) };
    case 'vcpu':
      if (rest === 'current' || rest === 'maximum') {
        return { group: StatisticsGroup.VCPU, put: uint32((draft) => draft.vcpuCount(), rest) };
      }
      return { group: StatisticsGroup.VCPU, put: indexed(rest, vcpuPut) };
    case 'balloon':
      return { group: StatisticsGroup.MEMORY, put: unsigned(memory, rest, (draft) => draft.memory()) };
    case 'net':
      return { group: StatisticsGroup.VNIC, put: indexed(rest, vnicPut) };
    case 'block':
      return { group: StatisticsGroup.DISK, put: indexed(rest, diskPut) };
    case 'perf':
      return { group: StatisticsGroup.PERF, put: unsigned(perf, rest, (draft) => draft.perf()) };
    case 'iothread':
      return { group: StatisticsGroup.IOTHREAD, put: indexed(rest, iothreadPut) };
    case 'dirtyrate':
      return { group: StatisticsGroup.DIRTY_RATE, put: dirtyRatePut(rest) };
    case 'memory':
      return { group: StatisticsGroup.MEMORY_BANDWIDTH, put: other };
    case 'vm':
      return { group: StatisticsGroup.HYPERVISOR, put: other };
    default:
      return undefined;
  }
}

function statePut(name: string): Put {
  if (name === 'state') return int32((draft) => draft, 'libvirtState');
  if (name === 'reason') return int32((draft) => draft, 'libvirtReason');
  return other;
}

/** Distinct names are few (those of the guest with the most devices); the bound is for a daemon gone mad. */
const maxCompiled = 50_000;
const compiled = new Map<string, Field | undefined>();

/**
 * How the field `name` of a bulk record is stored; `undefined` for names of no known group. Names are taken apart once
 * and remembered, because every record repeats them.
 */
export function fieldOf(name: string): Field | undefined {
  const known = compiled.get(name);
  if (known !== undefined || compiled.has(name)) return known;
  const field = compile(name);
  if (compiled.size < maxCompiled) compiled.set(name, field);
  return field;
}
