import type { Instance, InstanceStatistics, MemoryStatistics } from '@nephometer/inspector-api';
import { layOutTable } from '../text/table.ts';
import type { Column } from '../text/table.ts';
import { formatBytes, formatNanoseconds } from '../text/units.ts';
import { missingSummary } from './missing-lines.ts';
import { stateWord, statusWord } from '../inspector/names.ts';

/** Shown where nothing was read, which is not zero. */
const NOTHING = '-';

const columns: readonly Column[] = [
  { title: 'NAME', minimum: 8 },
  { title: 'DISPLAY NAME', minimum: 8, leaveOut: 1 },
  { title: 'STATE' },
  { title: 'VCPUS', align: 'right' },
  { title: 'CPU TIME', align: 'right' },
  { title: 'MEM USED', align: 'right', leaveOut: 2 },
  { title: 'RESIDENT', align: 'right', leaveOut: 6 },
  { title: 'MEMORY', align: 'right' },
  { title: 'DISK READ', align: 'right', leaveOut: 4 },
  { title: 'DISK WRITE', align: 'right', leaveOut: 4 },
  { title: 'NET RX', align: 'right', leaveOut: 5 },
  { title: 'NET TX', align: 'right', leaveOut: 5 },
  { title: 'STATUS', minimum: 8 },
];

/**
 * All instances of a host, a line each, within `width` columns of a terminal if given. Totals are those since the
 * instance started, disks and network cards summed.
 *
 * @param instances descriptions; an instance without a reading, or the other way round, is shown with what there is
 */
export function instancesTable(
  instances: readonly Instance[],
  readings: readonly InstanceStatistics[],
  width?: number,
): string[] {
  const described = new Map(instances.map((instance) => [instance.id, instance]));
  const read = new Map(readings.map((statistics) => [statistics.id, statistics]));
  const ids = [...new Set([...described.keys(), ...read.keys()])];
  const rows = ids
    .map((id) => ({ instance: described.get(id), statistics: read.get(id) }))
    .map((one) => ({ name: one.instance?.name ?? one.statistics?.name ?? '', cells: cellsOf(one) }))
    .sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  const table = layOutTable(
    columns,
    rows.map(({ cells }) => cells),
    width,
  );
  if (table.leftOut.length === 0) return [...table.lines];
  return [...table.lines, '', `No room for: ${table.leftOut.join(', ')}. A wider terminal, a pipe or --json has them.`];
}

interface Subject {
  readonly instance: Instance | undefined;
  readonly statistics: InstanceStatistics | undefined;
}

function cellsOf({ instance, statistics }: Subject): string[] {
  const { memory, vcpuCount, disks = [], vnics = [] } = statistics ?? {};
  const state = statistics?.state ?? instance?.state;
  const used = usedKib(memory);
  const total = memory?.currentKib ?? instance?.memoryCurrentKib;
  return [
    instance?.name ?? statistics?.name ?? NOTHING,
    instance?.nova?.name ?? instance?.title ?? NOTHING,
    state === undefined ? NOTHING : stateWord(state),
    String(vcpuCount?.current ?? instance?.vcpusCurrent ?? NOTHING),
    show(statistics?.cpu?.timeNs, formatNanoseconds),
    show(used, kib),
    show(memory?.residentKib, kib),
    show(total, kib),
    show(sum(disks.map(({ readBytes }) => readBytes)), formatBytes),
    show(sum(disks.map(({ writeBytes }) => writeBytes)), formatBytes),
    show(sum(vnics.map(({ receiveBytes }) => receiveBytes)), formatBytes),
    show(sum(vnics.map(({ transmitBytes }) => transmitBytes)), formatBytes),
    statusCell(statistics),
  ];
}

function statusCell(statistics: InstanceStatistics | undefined): string {
  if (statistics === undefined) return 'not read';
  const missing = missingSummary(statistics.missing);
  return missing === '' ? statusWord(statistics.status) : `${statusWord(statistics.status)} (${missing})`;
}

/** What the guest itself says it uses, as meter `memory.usage` has it. */
function usedKib(memory: MemoryStatistics | undefined): bigint | undefined {
  const free = memory?.usableKib ?? memory?.unusedKib;
  if (memory?.availableKib === undefined || free === undefined) return undefined;
  return memory.availableKib - free;
}

/** The sum of those values that were read; nothing if none was. */
function sum(values: readonly (bigint | undefined)[]): bigint | undefined {
  const read = values.filter((value) => value !== undefined);
  return read.length === 0 ? undefined : read.reduce((total, value) => total + value, 0n);
}

function show(value: bigint | undefined, format: (value: bigint) => string): string {
  return value === undefined ? NOTHING : format(value);
}

function kib(value: bigint): string {
  return formatBytes(value * 1024n);
}
