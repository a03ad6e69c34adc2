import { formatPath, suggest } from '@nephometer/service';
import type { Problem } from '@nephometer/service';
import { showNames } from './names.ts';
import type { PollingConfig } from './polling-config.ts';
import { createWildcard } from './wildcard.ts';

/** What is known about meters. */
export interface KnownMeters {
  /** Names of the meters that we can collect. */
  readonly ours: readonly string[];
  /** Those of ours that patterns pass over: only their full name takes them. Default none. */
  readonly byNameOnly?: readonly string[];
  /** Names that Ceilometer collects and we do not: known, but not to be expected. */
  readonly upstream?: readonly string[];
}

/**
 * One warning for each pattern that takes none of our meters: it fits only meters that patterns pass over, or a meter of
 * Ceilometer that we do not collect, or a name that nobody knows, with the one that was probably meant. An excluding pattern
 * counts, too: mistyped, it excludes nothing.
 */
export function unknownMeters(config: PollingConfig, known: KnownMeters): readonly Problem[] {
  return config.sources.flatMap((source, sourceIndex) =>
    source.meters.flatMap((pattern, index) => {
      const message = explain(pattern.replace(/^!/, ''), known);
      if (message === undefined) return [];
      const line = source.meterLines?.[index];
      const path = formatPath(['sources', sourceIndex, 'meters', index]);
      return [{ file: config.file ?? '', ...(line === undefined ? {} : { line }), path, message }];
    }),
  );
}

function explain(pattern: string, { ours, byNameOnly = [], upstream = [] }: KnownMeters): string | undefined {
  const fits = createWildcard(pattern);
  const taken = ours.filter(fits);
  if (taken.some((name) => name === pattern || !byNameOnly.includes(name))) return undefined;
  if (taken.length > 0)
    return `${JSON.stringify(pattern)} fits only meters that have to be named in full: ${showNames(taken)}; list those that are wanted`;
  if (upstream.some(fits))
    return `${JSON.stringify(pattern)} is a meter of Ceilometer that is not collected here; nothing comes of it, it can be removed`;
  const meant = suggest(pattern, [...ours, ...upstream]);
  const advice = meant === undefined ? 'correct or remove it' : `did you mean "${meant}"?`;
  return `no meter is named ${JSON.stringify(pattern)}; ${advice}`;
}
