import { VcpuState } from '@nephometer/inspector-api';
import type { InstanceStatistics, NamedValue } from '@nephometer/inspector-api';
import { escapeControls, pad } from '../text/display-width.ts';
import { formatBytes, formatCount, formatNanoseconds } from '../text/units.ts';

/** Units that the API's field names end in, and how their values are shown besides the exact number. */
const units: readonly { readonly suffix: string; readonly unit: string; readonly human: (value: bigint) => string }[] =
  [
    { suffix: 'Ns', unit: 'ns', human: formatNanoseconds },
    { suffix: 'Bytes', unit: 'B', human: formatBytes },
    { suffix: 'Kib', unit: 'KiB', human: (kib) => formatBytes(kib * 1024n) },
  ];

/** A heading and the statistics under it. */
interface Section {
  readonly title: string;
  readonly fields: readonly (readonly [name: string, value: string])[];
}

/**
 * Every statistic that was read of one instance, by group: a heading, then a line for each value, in a person's units
 * with the exact number beside it. What was not read is not listed here. Works from the API's field names, so that a new
 * field shows up by itself.
 */
export function statisticsLines(statistics: InstanceStatistics): string[] {
  const sections = sectionsOf(statistics).filter(({ fields }) => fields.length > 0);
  const nameWidth = Math.max(...sections.flatMap(({ fields }) => fields.map(([name]) => name.length)), 0);
  return sections.flatMap(({ title, fields }) => [
    '',
    escapeControls(title),
    ...fields.map(([name, value]) => `  ${pad(escapeControls(name), nameWidth, 'left')}  ${escapeControls(value)}`),
  ]);
}

function sectionsOf(statistics: InstanceStatistics): Section[] {
  const { cpu, vcpuCount, vcpus, memory, disks, vnics, perf, iothreads, dirtyRate, other } = statistics;
  return [
    { title: 'CPU', fields: [...fieldsOf(cpu), ...fieldsOf(vcpuCount, 'vCPUs ')] },
    ...vcpus.map(({ number, state, ...rest }) => ({
      title: `vCPU ${number}`,
      fields: [...(state === undefined ? [] : [['state', vcpuStateWord(state)] as const]), ...fieldsOf(rest)],
    })),
    { title: 'Memory', fields: fieldsOf(memory) },
    ...disks.map(({ device, index: _, ...rest }) => ({ title: `Disk ${device}`, fields: fieldsOf(rest) })),
    ...vnics.map(({ device, index: _, ...rest }) => ({ title: `Network card ${device}`, fields: fieldsOf(rest) })),
    { title: 'Performance events', fields: fieldsOf(perf) },
    ...iothreads.map(({ id, ...rest }) => ({ title: `I/O thread ${id}`, fields: fieldsOf(rest) })),
    { title: 'Dirty rate', fields: dirtyRate ? dirtyRateFields(dirtyRate) : [] },
    { title: 'Other, under the names of the hypervisor', fields: other.map(namedValueField) },
  ];
}

function dirtyRateFields({ vcpus, ...rest }: NonNullable<InstanceStatistics['dirtyRate']>): Section['fields'] {
  return [
    ...fieldsOf(rest),
    ...vcpus.map(({ number, mibPerSecond }) => [`vCPU ${number}`, `${mibPerSecond} MiB/s`] as const),
  ];
}

function fieldsOf(message: object | undefined, prefix = ''): [name: string, value: string][] {
  return Object.entries(message ?? {}).flatMap(([name, value]: [string, unknown]): [string, string][] =>
    value === undefined ? [] : [describeField(prefix, name, value)],
  );
}

function describeField(prefix: string, name: string, value: unknown): [name: string, value: string] {
  if (name === 'lastUpdateSeconds') return [`${prefix}last update`, describeLastUpdate(Number(value))];
  if (typeof value === 'bigint') {
    const known = units.find(({ suffix }) => name.endsWith(suffix));
    if (known === undefined) return [prefix + words(name), withExact(formatCount(value), String(value))];
    const { suffix, unit, human } = known;
    return [prefix + words(name.slice(0, -suffix.length)), withExact(human(value), `${value} ${unit}`)];
  }
  if (typeof value === 'boolean') return [prefix + words(name), value ? 'yes' : 'no'];
  return [prefix + words(name), String(value)];
}

function describeLastUpdate(epochSeconds: number): string {
  return epochSeconds === 0 ? 'never' : `${new Date(epochSeconds * 1000).toISOString().slice(0, 19)}Z`;
}

/** `1.50 KiB (1536 B)`; the exact number alone where it says the same. */
function withExact(human: string, exact: string): string {
  return human === exact ? exact : `${human} (${exact})`;
}

/** `haltpollSuccess` as `haltpoll success`. */
function words(camelCase: string): string {
  return camelCase.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}

function vcpuStateWord(state: VcpuState): string {
  const name = Object.entries(VcpuState).find(([, value]) => value === state)?.[0];
  return name?.toLowerCase() ?? `#${state}`;
}

function namedValueField({ name, value }: NamedValue): [name: string, value: string] {
  return [name, value === undefined ? '-' : String(value.value)];
}
