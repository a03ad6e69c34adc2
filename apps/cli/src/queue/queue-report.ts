import { isQueueName } from '@nephometer/delivery';
import type { StoredLedger } from '@nephometer/delivery';
import type { LockOwner } from '@nephometer/durable-queue';
import { escapeControls } from '../text/display-width.ts';
import type { Style } from '../text/print.ts';
import { formatBytes, formatNanoseconds } from '../text/units.ts';
import { countText, exactText } from './amounts.ts';

/** What is known about one queue; as it stands, the document of `--json`. */
export interface QueueReport {
  /** Its URL without passwords; `null` if nobody knows it. */
  readonly publisher: string | null;
  /** There is a pipeline, and its publisher is not in it. */
  readonly isForgotten: boolean;
  readonly file: string;
  /** `none`: nothing has been stored yet. `memory`: nothing will be. */
  readonly kind: 'disk' | 'memory' | 'none';
  /** Who has it open. */
  readonly owner: LockOwner | 'unknown' | null;
  /** `null` if there is no file, or it is too damaged to tell. */
  readonly waiting: {
    readonly samples: number;
    readonly bytes: number;
    /** When the oldest was accepted; `null` if none waits. */
    readonly oldest: string | null;
  } | null;
  readonly ledger: Omit<StoredLedger, 'publisher'> | null;
  /** Empty if the file is fine. */
  readonly damage: readonly string[];
  /** Why it could not be looked at, which tells nothing about the file; `null` if it could. */
  readonly failure: string | null;
}

/** Whether it could be looked at, nothing is damaged and the numbers add up. */
export function isWell({ damage, failure, ledger }: QueueReport): boolean {
  return damage.length === 0 && failure === null && (ledger?.unaccounted ?? 0) === 0;
}

/** How a report is shown. */
export interface ReportLinesInput {
  readonly style: Style;
  /** In ms since 1970. */
  readonly now: number;
}

/** A queue for a person. */
export function reportLines(report: QueueReport, { style, now }: ReportLinesInput): readonly string[] {
  const { publisher, isForgotten, file, kind } = report;
  const title = publisher ?? (isForgotten ? 'a publisher that is not configured' : 'publisher not known');
  if (kind === 'memory') return [style('bold', escapeControls(title)), row('queue', 'in memory, nothing on disk')];
  const lines = [style('bold', escapeControls(title)), row('file', file)];
  if (report.failure !== null) return [...lines, style('red', row('ERROR', report.failure))];
  if (kind === 'none') return [...lines, row('waiting', 'nothing: the file is not there yet')];
  return [
    ...lines,
    row('owner', ownerText(report.owner)),
    ...waitingLines(report, now),
    ...ledgerLines(report).map((text, index) => (index === 0 ? text : style('red', text))),
    ...report.damage.map((text) => style('red', row('DAMAGE', text.replace(/\s+/g, ' ')))),
    ...(report.damage.length === 0 || !isQueueName(file)
      ? []
      : [row('', `repaired when it is opened next, or by: nephometer queue repair ${file}`)]),
    ...(isForgotten && (report.waiting?.samples ?? 0) > 0
      ? [row('', 'nobody sends these: nephometer queue drain --to, replay, or drop')]
      : []),
  ];
}

function row(name: string, text: string): string {
  return `  ${name.padEnd(9)}${escapeControls(text)}`;
}

function ownerText(owner: QueueReport['owner']): string {
  if (owner === null) return 'nobody: no coordinator has it open';
  return owner === 'unknown' ? 'a process that left no name' : `process ${owner.pid} on ${owner.host}`;
}

function waitingLines({ waiting }: QueueReport, now: number): readonly string[] {
  if (waiting === null) return [];
  const { samples, bytes, oldest } = waiting;
  if (oldest === null) return [row('waiting', 'nothing')];
  const age = formatNanoseconds(Math.max(0, now - Date.parse(oldest)) * 1e6);
  return [
    row('waiting', `${countText(samples, 'sample')}, ${formatBytes(bytes)}, the oldest for ${age}, since ${oldest}`),
  ];
}

function ledgerLines({ ledger }: QueueReport): readonly string[] {
  if (ledger === null) return [];
  const { polled, delivered, queued, dropped, unaccounted } = ledger;
  const reasons = Object.entries(dropped).filter(([, count]) => count !== 0);
  const sum = reasons.reduce((total, [, count]) => total + count, 0);
  const why = reasons.map(([reason, count]) => `${reason} ${exactText(count)}`).join(', ');
  const text = `${exactText(delivered)} delivered + ${exactText(queued)} queued + ${exactText(sum)} dropped`;
  const equation = row('ledger', `${exactText(polled)} polled = ${text}${why === '' ? '' : ` (${why})`}`);
  if (unaccounted === 0) return [equation];
  const what = unaccounted > 0 ? 'missing' : 'too many';
  return [equation, row('', `DOES NOT ADD UP: ${countText(Math.abs(unaccounted), 'sample')} ${what}`)];
}
