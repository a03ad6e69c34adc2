import { optionOf } from '../publisher-url.ts';
import type { PublisherUrl } from '../publisher-url.ts';

const unitsMs: Readonly<Record<string, number>> = { '': 1000, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Less is a mistake: `retention=30` for one. */
const leastMs = 3_600_000;

/** A thousand years; more is not a time any more. */
const mostMs = 365_000 * 86_400_000;

/**
 * Reads `retention=30d`, how long samples are kept, in milliseconds; `undefined` if they are kept for ever.
 *
 * @param problems what is wrong is added here, in words for the operator
 */
export function readRetention(parts: PublisherUrl, problems: string[]): number | undefined {
  const text = optionOf(parts, 'retention');
  if (text === undefined) return undefined;
  const [, digits = '', unit = ''] = /^(\d+(?:\.\d+)?) *([smhd]?)$/i.exec(text) ?? [];
  const ms = digits === '' ? NaN : Number(digits) * (unitsMs[unit.toLowerCase()] ?? NaN);
  if (ms >= leastMs && ms <= mostMs) return ms;
  problems.push(`retention is "${text}"; it must be a time of an hour or more, such as 30d, 36h, or seconds`);
  return undefined;
}
