import { optionOf } from '../publisher-url.ts';
import type { PublisherUrl } from '../publisher-url.ts';
import { ceilometerNaming } from './ceilometer-naming.ts';
import type { Naming } from './metric.ts';
import { nativeNaming } from './native-naming.ts';

/** What both publishers of series let one choose. */
export interface SeriesOptions {
  readonly naming: Naming;
  /** How long a series stays without a sample, in milliseconds; by its own intervals if absent. */
  readonly ttlMs?: number;
  /** Most series at a time. */
  readonly maxSeries: number;
}

/** The options of {@link readSeriesOptions}. */
export const seriesOptionNames = ['compat', 'ttl', 'max_series'] as const;

const defaultMaxSeries = 1_000_000;
const mostSeries = 100_000_000;
const mostTtlSeconds = 7 * 86_400;

/**
 * Reads `compat=ceilometer`, `ttl=SECONDS` (by its own intervals if absent) and `max_series=N` (default 1,000,000).
 *
 * @param problems what is wrong is added here, in words for the operator
 */
export function readSeriesOptions(parts: PublisherUrl, problems: string[]): SeriesOptions {
  const compat = optionOf(parts, 'compat');
  if (compat !== undefined && compat !== 'ceilometer') {
    problems.push(`compat is "${compat}"; it must be ceilometer, or leave it out`);
  }
  const ttl = readWhole(parts, 'ttl', mostTtlSeconds, problems);
  return {
    naming: compat === 'ceilometer' ? ceilometerNaming : nativeNaming,
    ...(ttl !== undefined && { ttlMs: ttl * 1000 }),
    maxSeries: readWhole(parts, 'max_series', mostSeries, problems) ?? defaultMaxSeries,
  };
}

function readWhole(parts: PublisherUrl, name: string, most: number, problems: string[]): number | undefined {
  const text = optionOf(parts, name);
  if (text === undefined) return undefined;
  const value = /^\d+$/.test(text) ? Number(text) : NaN;
  if (value >= 1 && value <= most) return value;
  problems.push(`${name} is "${text}"; it must be a whole number from 1 to ${most}`);
  return undefined;
}
