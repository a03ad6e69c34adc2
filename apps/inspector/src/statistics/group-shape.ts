import { StatisticsGroup } from '@nephometer/inspector-api';
import type { InstanceStatistics } from '@nephometer/inspector-api';
import { cpuNames, dirtyRateNames, diskNames, iothreadNames, memoryNames, perfNames } from './statistic-names.ts';
import { vcpuCountNames, vcpuNames, vnicNames } from './statistic-names.ts';

/** Fields of one message; a set of them is a number with a bit for each. */
export interface FieldSet {
  /** Names in the API; the first one has the lowest bit. */
  readonly names: readonly string[];
  /** All bits. */
  readonly all: number;
  /** Bits of the fields that the message does not have; all if it is undefined. */
  absentIn(message: object | undefined): number;
}

/** What a group of statistics consists of. */
export interface GroupShape {
  /** Fields of the instance. */
  readonly own: FieldSet;
  /** Bits of `own` that are absent. */
  ownAbsent(statistics: InstanceStatistics): number;
  /** Fields of each device (disk, card, virtual CPU, thread). */
  readonly each: FieldSet;
  /** Devices, in the order of the answer. */
  devices(statistics: InstanceStatistics): readonly object[];
  /** What the API calls that device in names of fields. */
  label(statistics: InstanceStatistics, index: number): string;
  /** Nothing but a list of devices, which may truly be empty. */
  readonly isList: boolean;
}

function fieldSet(table: Readonly<Record<string, string>>): FieldSet {
  const keys = Object.keys(table);
  return {
    names: Object.values(table),
    all: (1 << keys.length) - 1,
    absentIn(message) {
      let absent = 0;
      for (let index = 0; index < keys.length; index++) {
        const key = keys[index] ?? '';
        if ((message as Readonly<Record<string, unknown>> | undefined)?.[key] === undefined) absent |= 1 << index;
      }
      return absent;
    },
  };
}

const noFields = fieldSet({});
const noDevices: readonly object[] = [];

function single(
  table: Readonly<Record<string, string>>,
  part: (statistics: InstanceStatistics) => object | undefined,
): GroupShape {
  const own = fieldSet(table);
  return {
    own,
    ownAbsent: (statistics) => own.absentIn(part(statistics)),
    each: noFields,
    devices: () => noDevices,
    label: () => '',
    isList: false,
  };
}

function list(
  table: Readonly<Record<string, string>>,
  devices: (statistics: InstanceStatistics) => readonly object[],
  label: (statistics: InstanceStatistics, index: number) => string,
): GroupShape {
  return { own: noFields, ownAbsent: () => 0, each: fieldSet(table), devices, label, isList: true };
}

/** A group without a field of its own: it is here if the tail of named values has one of its values. */
function tail(prefix: string): GroupShape {
  const told = (statistics: InstanceStatistics): boolean =>
    statistics.other.some(({ name }) => name.startsWith(prefix));
  return single({ value: 'value' }, (statistics) => (told(statistics) ? { value: true } : undefined));
}

const vcpuOwn = fieldSet({ ...vcpuCountNames, vcpus: 'vcpus' });
const vcpusBit = 1 << vcpuOwn.names.indexOf('vcpus');

const vcpuShape: GroupShape = {
  own: vcpuOwn,
  // No instance is without a virtual CPU, so an empty list is absent.
  ownAbsent: ({ vcpuCount, vcpus }) => (vcpuOwn.absentIn(vcpuCount) & ~vcpusBit) | (vcpus.length === 0 ? vcpusBit : 0),
  each: fieldSet(vcpuNames),
  devices: ({ vcpus }) => vcpus,
  label: ({ vcpus }, index) => String(vcpus[index]?.number),
  isList: false,
};

/** What each group consists of. */
export const groupShapes: ReadonlyMap<StatisticsGroup, GroupShape> = new Map<StatisticsGroup, GroupShape>([
  [StatisticsGroup.STATE, single({ state: 'state' }, (statistics) => statistics)],
  [StatisticsGroup.CPU, single(cpuNames, ({ cpu }) => cpu)],
  [StatisticsGroup.VCPU, vcpuShape],
  [StatisticsGroup.MEMORY, single(memoryNames, ({ memory }) => memory)],
  [
    StatisticsGroup.VNIC,
    list(
      vnicNames,
      ({ vnics }) => vnics,
      ({ vnics }, index) => vnics[index]?.device ?? '',
    ),
  ],
  [
    StatisticsGroup.DISK,
    list(
      diskNames,
      ({ disks }) => disks,
      ({ disks }, index) => disks[index]?.device ?? '',
    ),
  ],
  [StatisticsGroup.PERF, single(perfNames, ({ perf }) => perf)],
  [
    StatisticsGroup.IOTHREAD,
    list(
      iothreadNames,
      ({ iothreads }) => iothreads,
      ({ iothreads }, index) => String(iothreads[index]?.id),
    ),
  ],
  [StatisticsGroup.DIRTY_RATE, single(dirtyRateNames, ({ dirtyRate }) => dirtyRate)],
  [StatisticsGroup.MEMORY_BANDWIDTH, tail('memory.')],
  [StatisticsGroup.HYPERVISOR, tail('vm.')],
]);

/** A set of fields of the instance and a set of fields of each device. Every bit set means all, whatever the group. */
export interface FieldBits {
  readonly own: number;
  readonly each: number;
}

/** All fields of any group. */
export const everyField: FieldBits = { own: -1, each: -1 };

/** The fields with these names in the API; one that is unknown is an error of ours, told at start. */
export function fieldBits(group: StatisticsGroup, names: readonly string[]): FieldBits {
  const shape = groupShapes.get(group);
  const bits = (set: FieldSet | undefined, name: string): number => {
    const index = set?.names.indexOf(name) ?? -1;
    return index < 0 ? 0 : 1 << index;
  };
  let own = 0;
  let each = 0;
  for (const name of names) {
    const [inOwn, inEach] = [bits(shape?.own, name), bits(shape?.each, name)];
    if (inOwn === 0 && inEach === 0) throw new RangeError(`group ${group} has no field ${name}`);
    own |= inOwn;
    each |= inEach;
  }
  return { own, each };
}
