import { formatPath, suggest } from '@nephometer/service';
import type { Problem } from '@nephometer/service';
import type { PollingConfig } from './polling-config.ts';
import { createWildcard } from './wildcard.ts';

/** What is known about meters. */
export interface KnownMeters {
  /** Names of the meters that we can collect. */
  readonly ours: readonly string[];
  /** Names that Ceilometer collects and we do not: known, but not to be expected. */
  readonly upstream?: readonly string[];
}

/**
 * One warning for each pattern that fits none of our meters: a meter of Ceilometer that we do not collect, or a name that
 * nobody knows, with the one that was probably meant. An excluding pattern counts, too: mistyped, it excludes nothing.
 */
export function unknownMeters(config: PollingConfig, { ours, upstream = [] }: KnownMeters): readonly Problem[] {
  return config.sources.flatMap((source, sourceIndex) =>
    source.meters.flatMap((pattern, index) => {
      const message = explain(pattern.replace(/^!/, ''), ours, upstream);
      if (message === undefined) return [];
      const line = source.meterLines?.[index];
      const path = formatPath(['sources', sourceIndex, 'meters', index]);
      return [{ file: config.file ?? '', ...(line === undefined ? {} : { line }), path, message }];
    }),
  );
}

function explain(pattern: string, ours: readonly string[], upstream: readonly string[]): string | undefined {
  const fits = createWildcard(pattern);
  if (ours.some(fits)) return undefined;
  if (upstream.some(fits))
    return `"${pattern}" is a meter of Ceilometer that is not collected here; nothing comes of it`;
  const meant = suggest(pattern, [...ours, ...upstream]);
  return `no meter is named "${pattern}"${meant === undefined ? '' : `; did you mean "${meant}"?`}`;
}
