import type { Pollster } from '@nephometer/plugin';
import { createMeterFilter } from './meter-filter.ts';
import type { PipelineConfig } from './pipeline-config.ts';

/** What of a pollster decides whether a source takes it. */
export type Selectable = Pick<Pollster, 'name' | 'byNameOnly' | 'isDerived'>;

/**
 * Whether a source with these patterns takes a pollster: by the patterns alone, but that only the full name of its meter takes
 * one of which {@link isPassedOver} says so.
 */
export function createPollsterFilter(
  meters: readonly string[],
  hasTransformers: boolean,
): (pollster: Selectable) => boolean {
  const accepts = createMeterFilter(meters);
  const named = new Set(meters);
  return (pollster) => accepts(pollster.name) && (named.has(pollster.name) || !isPassedOver(pollster, hasTransformers));
}

/**
 * Whether patterns pass over a pollster: its meter is not one of the Ceilometer that is followed, or there are transformers
 * that make the like of it.
 */
export function isPassedOver({ byNameOnly = false, isDerived = false }: Selectable, hasTransformers: boolean): boolean {
  return byNameOnly || (isDerived && hasTransformers);
}

/** Whether samples are transformed anywhere. */
export function hasTransformers({ sinks }: PipelineConfig): boolean {
  return sinks.some(({ transformers }) => transformers.length > 0);
}
