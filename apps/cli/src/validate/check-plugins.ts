import { discoveries } from '@nephometer/discovery';
import { transformerFactories } from '@nephometer/pipeline';
import { discoveryProblems, publisherProblems, transformerProblems, unknownMeters } from '@nephometer/pipeline-config';
import type { PipelineConfig, PollingConfig } from '@nephometer/pipeline-config';
import { meterNames, uncollectedMeterNames } from '@nephometer/pollsters';
import { checkPublisherUrl } from '@nephometer/publishers';
import type { Problem, YamlDocument } from '@nephometer/service';
import type { CoordinatorConfig } from '@nephometer/service-config';

/** What tells the line of a part of the file. */
type Lines = Pick<YamlDocument, 'lineOf'>;

const discoveryNames = discoveries.map((create) => create({ unmanaged: true }).name);

/** What a polling file wants of discoveries and cannot have. */
export function missingDiscoveries(config: PollingConfig): readonly Problem[] {
  return discoveryProblems(config, discoveryNames);
}

/** Publishers and transformers that a pipeline file names and nobody offers, or whose options are wrong. Touches no target. */
export function sinkProblems(config: PipelineConfig, file: string): readonly Problem[] {
  return [
    ...publisherProblems(config, file, (url) => checkPublisherUrl(url)),
    ...transformerProblems(config, file, transformerFactories),
  ];
}

/** Publishers of a pipeline file that would be fine, but need what the coordinator file that names it does not have. */
export function missingSettings(
  config: PipelineConfig,
  file: string,
  coordinator: CoordinatorConfig,
): readonly Problem[] {
  return publisherProblems(config, file, (url) =>
    checkPublisherUrl(url).length > 0 ? [] : checkPublisherUrl(url, undefined, coordinator),
  );
}

/** A warning for each pattern of meters that fits none we can collect. */
export function meterWarnings(config: PollingConfig | PipelineConfig, file: string, lines: Lines): readonly Problem[] {
  const sources = config.sources.map(({ name, meters }, source) => ({
    name,
    meters,
    meterLines: meters.map((_, index) => lines.lineOf(['sources', source, 'meters', index])),
    // A pipeline file has none of these; they do not matter here.
    intervalMs: 1000,
    resources: [],
    discovery: [],
  }));
  return unknownMeters({ file, sources }, { ours: meterNames, upstream: uncollectedMeterNames });
}
