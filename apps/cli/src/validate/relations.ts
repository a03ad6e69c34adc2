import { createMeterFilter, hasTransformers } from '@nephometer/pipeline-config';
import type { PipelineConfig, PollingConfig } from '@nephometer/pipeline-config';
import type { Problem } from '@nephometer/service';
import type { CoordinatorConfig } from '@nephometer/service-config';
import { polledMeters } from './describe-config.ts';

/** More names than this in a message help nobody. */
const NAMED_METERS = 5;

/**
 * What is wrong between the two files of a coordinator though each is fine alone: nothing is polled at all (a problem), or
 * meters are polled that no source of the pipeline takes (a warning: they cost something and go nowhere).
 */
export function relationFindings(
  polling: PollingConfig,
  pipeline: PipelineConfig,
  compat: CoordinatorConfig['compat'] | undefined,
): { readonly problems: readonly Problem[]; readonly warnings: readonly Problem[] } {
  const file = polling.file ?? '';
  const context = { hasTransformers: hasTransformers(pipeline), ...(compat !== undefined && { compat }) };
  const polled = polledMeters(polling, context);
  if (polled.length === 0) {
    const message = 'no source matches a meter that is collected here, so there is nothing to poll';
    return { problems: [{ file, path: 'sources', message }], warnings: [] };
  }
  const filters = pipeline.sources.map(({ meters }) => createMeterFilter(meters));
  const lost = polled.filter((name) => !filters.some((matches) => matches(name)));
  if (lost.length === 0) return { problems: [], warnings: [] };
  const names = lost.slice(0, NAMED_METERS).join(', ');
  const more = lost.length > NAMED_METERS ? ` and ${lost.length - NAMED_METERS} more` : '';
  const message = `polled, but no source of the pipeline takes them, so they go nowhere: ${names}${more}`;
  return { problems: [], warnings: [{ file, path: 'sources', message }] };
}
