import { escapeControls } from '../text/display-width.ts';
import { layOutTable } from '../text/table.ts';
import type { Column } from '../text/table.ts';
import { wrapText } from '../text/wrap.ts';
import type { DifferenceReport, MeterReport, Report } from './report.ts';

const columns: readonly Column[] = [
  { title: 'METER' },
  { title: 'COMPARED', align: 'right' },
  { title: 'AGREE', align: 'right' },
  { title: 'DIFFER', align: 'right' },
  { title: 'KNOWN', align: 'right' },
  { title: 'ONLY OURS', align: 'right' },
  { title: 'ONLY THEIRS', align: 'right' },
  { title: 'WHY', minimum: 20 },
];

const WIDTH = 100;
const METERS_SHOWN = 4;

/** A report for people: the table, an example of each kind of difference, what was not compared, the outcome. */
export function reportLines(report: Report, width?: number): string[] {
  const { meters, differences, known, notCompared } = report;
  const rows = meters.map((meter) => [
    meter.meter,
    ...[meter.compared, meter.agree, meter.differ, meter.known, meter.onlyOurs, meter.onlyTheirs].map(countText),
    whyText(meter),
  ]);
  return [
    ...(rows.length === 0 ? [] : [...layOutTable(columns, rows, width).lines, '']),
    ...section('Differences', differences.flatMap(differenceLines)),
    ...section('Known differences, which do not count', known.flatMap(differenceLines)),
    ...section(
      'Not compared',
      notCompared.map(({ why, series }) => `  ${seriesText(series)}: ${escapeControls(why)}`),
    ),
    outcome(report),
  ];
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : [`${title}:`, ...lines, ''];
}

function countText(count: number): string {
  return count === 0 ? '-' : String(count);
}

function whyText({ why, whyKnown, moved, notCompared }: MeterReport): string {
  return [
    ...why,
    ...(whyKnown.length === 0 ? [] : [`known: ${whyKnown.join(', ')}`]),
    ...(moved === 0 ? [] : [`${moved} moved`]),
    ...(notCompared === 0 ? [] : [`${notCompared} not compared`]),
  ].join(', ');
}

function differenceLines({ kind, what, reason, series, meters, example }: DifferenceReport): string[] {
  const title = what === '' || what === kind ? kind : `${kind} ${what}`;
  const shown = meters.slice(0, METERS_SHOWN).join(', ');
  const others = meters.length > METERS_SHOWN ? ` and ${meters.length - METERS_SHOWN} other meters` : '';
  const value = (text: string | null): string => text ?? '(nothing)';
  return [
    `  ${title}: ${seriesText(series)} (${shown}${others})`,
    ...(reason === undefined ? [] : wrapText(reason, WIDTH).map((line) => `    ${line}`)),
    `    ${example.meter} of ${example.resourceId} at ${example.at}`,
    `      ours    ${value(example.ours)}`,
    `      theirs  ${value(example.theirs)}`,
  ].map(escapeControls);
}

function outcome({ agrees, meters, differences }: Report): string {
  const total = (key: 'agree' | 'differ' | 'known' | 'onlyOurs' | 'onlyTheirs'): number =>
    meters.reduce((sum, meter) => sum + meter[key], 0);
  if (agrees) {
    const known = total('known') === 0 ? '' : `, ${seriesText(total('known'))} differ as they are meant to`;
    return `Everything agrees within the reading times: ${seriesText(total('agree'))}${known}.`;
  }
  if (differences.length === 0) return 'Nothing could be compared.';
  return (
    `${seriesText(total('agree'))} agree, ${total('differ')} differ, ` +
    `${total('onlyOurs')} only ours, ${total('onlyTheirs')} only theirs.`
  );
}

function seriesText(count: number): string {
  return `${count} series`;
}
