import { displayWidth, escapeControls, truncate } from '../text/display-width.ts';
import type { Style } from '../text/print.ts';
import { layOutTable } from '../text/table.ts';
import type { Column } from '../text/table.ts';
import { formatBytes, formatPercent } from '../text/units.ts';
import type { InstanceRow, RatesSummary } from './rates.ts';

/** All that the live view shows. */
export interface LiveModel {
  /** Name of the host, as its inspector has it. */
  readonly host: string;
  /** Where the data comes from, and why from there. */
  readonly source: string;
  /** Address that other commands can be pointed at. */
  readonly inspector: string;
  readonly intervalS: number;
  readonly summary: RatesSummary;
  /** The last thing a service warned of. */
  readonly notice?: string;
  /** How to end it: "q or Ctrl-C quits". */
  readonly keys: string;
}

/** The terminal to draw for. */
export interface Screen {
  readonly columns: number;
  readonly rows: number;
  readonly style: Style;
}

const NOTHING = '-';

const columns: readonly Column[] = [
  { title: 'INSTANCE', minimum: 8 },
  { title: 'STATE', leaveOut: 2 },
  { title: 'VCPUS', align: 'right', leaveOut: 3 },
  { title: 'CPU %', align: 'right' },
  { title: 'MEM USED', align: 'right' },
  { title: 'RESIDENT', align: 'right', leaveOut: 4 },
  { title: 'MEMORY', align: 'right' },
  { title: 'READ/S', align: 'right', leaveOut: 1 },
  { title: 'WRITE/S', align: 'right', leaveOut: 1 },
  { title: 'RX/S', align: 'right', leaveOut: 1 },
  { title: 'TX/S', align: 'right', leaveOut: 1 },
];

const powerStates = ['no state', 'running', 'blocked', 'paused', 'shutdown', 'shut off', 'crashed', 'suspended'];

/**
 * The live view as lines that fill at most the screen: head, one row for each instance (the busiest first), what there was
 * no room for, the last notice. Pure.
 */
export function renderLiveView(model: LiveModel, { columns: width, rows: height, style }: Screen): string[] {
  const { summary, notice } = model;
  const head = headLines(model, width, style);
  const tail = notice === undefined ? [] : [style('yellow', truncate(escapeControls(notice), width))];
  const room = Math.max(1, height - head.length - tail.length);
  if (summary.rows.length === 0)
    return [...head, ...truncateAll(waitingLines(summary), width), ...tail].slice(0, height);

  const sorted = [...summary.rows].sort(busiestFirst);
  // One line is for the titles, and one for the number of those that do not fit.
  const fits = sorted.length <= room - 1 ? sorted.length : Math.max(0, room - 2);
  const [titles = '', ...rows] = layOutTable(columns, sorted.slice(0, fits).map(cellsOf), width).lines;
  const more = sorted.length > fits ? [style('dim', truncate(`… ${sorted.length - fits} more`, width))] : [];
  // All columns of the terminal, so that the titles' background is a bar.
  const bar = style('inverse', titles + ' '.repeat(Math.max(0, width - displayWidth(titles))));
  return [...head, bar, ...rows, ...more, ...tail].slice(0, height);
}

function headLines(model: LiveModel, width: number, style: Style): string[] {
  const { summary } = model;
  const facts = [
    model.keys,
    `cycle ${summary.cycles}, every ${model.intervalS} s`,
    `${summary.rows.length} instance${summary.rows.length === 1 ? '' : 's'}`,
    `${summary.samplesPerCycle} samples per cycle`,
    ...(summary.samplesPerSecond === undefined ? [] : [`${summary.samplesPerSecond.toFixed(1)} samples/s`]),
  ];
  const [first = '', ...others] = truncateAll(
    [`nephometer dev: host ${model.host}, ${model.source}`, `inspector ${model.inspector}`, facts.join(' | ')],
    width,
  );
  return [style('bold', first), ...others, ''];
}

function waitingLines({ cycles }: RatesSummary): string[] {
  return cycles === 0
    ? ['Waiting for the first samples. Rates need two readings.']
    : ['No instance gives samples any more: none is running.'];
}

function truncateAll(lines: readonly string[], width: number): string[] {
  return lines.map((line) => truncate(escapeControls(line), width));
}

function busiestFirst(a: InstanceRow, b: InstanceRow): number {
  return (b.cpuPercent ?? -1) - (a.cpuPercent ?? -1) || (a.name < b.name ? -1 : a.name > b.name ? 1 : 0);
}

function cellsOf(row: InstanceRow): string[] {
  return [
    row.name,
    row.powerState === undefined ? NOTHING : (powerStates[row.powerState] ?? `#${row.powerState}`),
    String(row.vcpus ?? NOTHING),
    show(row.cpuPercent, formatPercent),
    show(row.memoryUsedBytes, formatBytes),
    show(row.memoryResidentBytes, formatBytes),
    show(row.memoryTotalBytes, formatBytes),
    show(row.diskReadRate, formatBytes),
    show(row.diskWriteRate, formatBytes),
    show(row.networkReceiveRate, formatBytes),
    show(row.networkTransmitRate, formatBytes),
  ];
}

function show(value: number | undefined, format: (value: number) => string): string {
  return value === undefined ? NOTHING : format(value);
}
