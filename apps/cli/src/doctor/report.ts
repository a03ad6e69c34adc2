import { hostLine } from '../inspector/host-line.ts';
import { escapeControls } from '../text/display-width.ts';
import type { Format, Style } from '../text/print.ts';
import { wrapText } from '../text/wrap.ts';
import { valueOf } from './answers.ts';
import { checkedSubjects } from './examination.ts';
import type { Examination } from './examination.ts';
import { needsAction, severities } from './finding.ts';
import type { Finding, Severity } from './finding.ts';
import { countRead } from './guest-facts.ts';
import { overviewLines } from './overview.ts';

const formats: Readonly<Record<Severity, Format>> = { problem: 'red', warning: 'yellow', note: 'dim' };

/** Longer lines are hard to read. */
const WIDEST = 110;
const INDENT = '  ';

/**
 * An examination for a person: the host, what was measured, findings with the worst first, and a line that sums up.
 * Commands are never broken.
 *
 * @param columns width of the terminal; default: as wide as is good to read
 */
export function reportLines(examination: Examination, style: Style, columns = WIDEST): string[] {
  const { answers, findings, target } = examination;
  const host = valueOf(answers.host);
  const width = Math.min(columns, WIDEST);
  return [
    style('bold', host === undefined ? escapeControls(`inspector ${target}`) : hostLine(host)),
    ...overviewLines(examination).map(escapeControls),
    '',
    ...findings.flatMap((finding) => [...findingLines(finding, style, width), '']),
    ...(needsAction(findings) ? [] : [`Nothing needs a hand. Checked: ${checkedSubjects(host)}.`]).flatMap((line) =>
      wrapText(line, width),
    ),
    summaryLine(examination),
  ];
}

/** `2 problems, 1 warning, 3 notes; 12 instances, 11 read whole`. */
export function summaryLine({ findings, answers }: Examination): string {
  const counts = severities.map((severity) => {
    const count = findings.filter((finding) => finding.severity === severity).length;
    return `${count === 0 ? 'no' : count} ${severity}${count === 1 ? '' : 's'}`;
  });
  const reading = valueOf(answers.reading);
  if (reading === undefined) return counts.join(', ');
  const { total, whole } = countRead(reading);
  return `${counts.join(', ')}; ${total} instance${total === 1 ? '' : 's'}, ${whole} read whole`;
}

function findingLines(finding: Finding, style: Style, width: number): string[] {
  const { severity, title, explanation, checks, commands } = finding;
  const mark = style(formats[severity], severity.toUpperCase());
  return [
    `${mark}  ${style('bold', escapeControls(title))}`,
    ...explanation
      .flatMap((line) => wrapText(escapeControls(line), width - INDENT.length))
      .map((line) => INDENT + line),
    ...checks.map((command) => `${INDENT}look: ${escapeControls(command)}`),
    ...commands.map((command) => `${INDENT}fix:  ${escapeControls(command)}`),
  ];
}
