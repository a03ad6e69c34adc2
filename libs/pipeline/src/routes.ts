import { createMeterFilter } from '@nephometer/pipeline-config';
import type { PipelineConfig } from '@nephometer/pipeline-config';
import { PipelineError } from './pipeline-error.ts';

/**
 * Which publishers the samples of a meter go to, by URL: those of each sink of each source that supports the meter, in the
 * order of the configuration. A publisher that is reached through two pipelines is there twice, as in Ceilometer. Answers
 * are kept: there are as many as meters.
 *
 * @throws PipelineError `sink_missing` if a source names a sink that is not there
 */
export function createRoutes(config: PipelineConfig): (meter: string) => readonly string[] {
  const sources = config.sources.map(({ name, meters, sinks }) => ({
    supports: createMeterFilter(meters),
    urls: [...new Set(sinks)].flatMap((sink) => urlsOf(config, name, sink)),
  }));
  const known = new Map<string, readonly string[]>();
  return (meter) => {
    let urls = known.get(meter);
    if (urls === undefined) {
      urls = sources.flatMap((source) => (source.supports(meter) ? source.urls : []));
      known.set(meter, urls);
    }
    return urls;
  };
}

function urlsOf({ sinks }: PipelineConfig, source: string, name: string): readonly string[] {
  const sink = sinks.find((candidate) => candidate.name === name);
  if (sink === undefined) {
    throw new PipelineError('sink_missing', `source "${source}" names the sink "${name}", which is not defined`);
  }
  return sink.publishers.map(({ url }) => url);
}
