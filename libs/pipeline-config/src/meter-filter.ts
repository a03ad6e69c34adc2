import { createWildcard } from './wildcard.ts';

/**
 * Compiles the `meters` of a source into the question whether it supports a meter, as Ceilometer answers it: no if an
 * excluding pattern (`!...`) fits; else yes if another pattern fits; else yes only if all patterns are excluding ones.
 * Compile once, ask often: the patterns must have been validated ({@link parsePolling}, {@link parsePipeline}).
 */
export function createMeterFilter(patterns: readonly string[]): (meter: string) => boolean {
  const excluded = patterns
    .filter((pattern) => pattern.startsWith('!'))
    .map((pattern) => createWildcard(pattern.slice(1)));
  const included = patterns.filter((pattern) => !pattern.startsWith('!')).map(createWildcard);
  return (meter) => {
    if (excluded.some((fits) => fits(meter))) return false;
    return included.length === 0 || included.some((fits) => fits(meter));
  };
}

/** {@link createMeterFilter} for a single question. */
export function matchesMeter(patterns: readonly string[], meter: string): boolean {
  return createMeterFilter(patterns)(meter);
}
