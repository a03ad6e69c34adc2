import { MissingReason, Timestamp } from '@nephometer/inspector-api';
import type { MissingStatistics } from '@nephometer/inspector-api';
import { escapeControls } from '../text/display-width.ts';
import { groupWord, reasonWord } from '../inspector/names.ts';

/**
 * `memory: balloon off, disk: monitor hung`; empty if nothing is missing but what such an instance cannot have, or none that
 * is off. Each group is named once with each reason.
 */
export function missingSummary(missing: readonly MissingStatistics[]): string {
  const parts = missing
    .filter(({ reason }) => reason !== MissingReason.NOT_RUNNING && reason !== MissingReason.UNSUPPORTED)
    .map(({ group, reason }) => `${groupWord(group)}: ${reasonWord(reason)}`);
  return [...new Set(parts)].join(', ');
}

/** What is missing of an instance, a line each: group, fields, reason, since when, and the hypervisor's own message. */
export function missingLines(missing: readonly MissingStatistics[]): string[] {
  if (missing.length === 0) return [];
  return ['', 'Missing', ...missing.map((one) => `  ${escapeControls(describe(one))}`)];
}

function describe({ group, reason, fields, since, detail }: MissingStatistics): string {
  const what = fields.length === 0 ? groupWord(group) : `${groupWord(group)} (${fields.join(', ')})`;
  const when = since === undefined ? '' : ` since ${Timestamp.toJSON(since) as string}`;
  return `${what}: ${reasonWord(reason)}${when}${detail === '' ? '' : `: ${detail}`}`;
}
