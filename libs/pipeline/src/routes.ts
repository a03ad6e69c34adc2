import { createMeterFilter } from '@nephometer/pipeline-config';
import type { PipelineConfig } from '@nephometer/pipeline-config';
import type { Chain } from './chain.ts';
import { PipelineError } from './pipeline-error.ts';

/** Where the samples of one meter go. */
export interface Route {
  /** Publishers that get them as they are, by URL, in the order of the configuration. */
  readonly urls: readonly string[];
  /** Sinks that transform them, each once. */
  readonly sinks: readonly TransformingSink[];
}

/** A sink with transformers. */
export interface TransformingSink {
  readonly chain: Chain;
  readonly urls: readonly string[];
}

/** The ways through a pipeline. */
export interface Routes {
  of(meter: string): Route;
  /** All sinks with transformers, in the order of the configuration. */
  readonly sinks: readonly TransformingSink[];
}

/**
 * Where the samples of a meter go: to each sink of each source that supports the meter. A publisher that is reached through
 * two pipelines is there twice, as in Ceilometer. A sink with transformers takes a sample once, however many of its sources
 * want it: a second time it would only be a growth of nothing, or count twice. Answers are kept: there are as many as meters.
 *
 * @param chains the chains of the sinks that have transformers, by the name of the sink
 * @throws PipelineError `sink_missing` if a source names a sink that is not there
 */
export function createRoutes(config: PipelineConfig, chains: ReadonlyMap<string, Chain>): Routes {
  const urls = new Map(config.sinks.map((sink) => [sink.name, sink.publishers.map(({ url }) => url)]));
  const transforming = new Map<string, TransformingSink>();
  for (const [name, chain] of chains) transforming.set(name, { chain, urls: urls.get(name) ?? [] });
  const sources = config.sources.map(({ name, meters, sinks }) => {
    const missing = sinks.find((sink) => !urls.has(sink));
    if (missing !== undefined) {
      throw new PipelineError('sink_missing', `source "${name}" names the sink "${missing}", which is not defined`);
    }
    return { supports: createMeterFilter(meters), sinks: [...new Set(sinks)] };
  });
  const known = new Map<string, Route>();
  return {
    of(meter) {
      let route = known.get(meter);
      if (route === undefined) {
        const names = sources.flatMap((source) => (source.supports(meter) ? source.sinks : []));
        route = {
          urls: names.flatMap((name) => (transforming.has(name) ? [] : (urls.get(name) ?? []))),
          sinks: [...new Set(names)].flatMap((name) => transforming.get(name) ?? []),
        };
        known.set(meter, route);
      }
      return route;
    },
    sinks: [...transforming.values()],
  };
}
