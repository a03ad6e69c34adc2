import type { PipelineConfig } from '@nephometer/pipeline-config';
import type { Registry, TransformerFactory } from '@nephometer/plugin';
import type { Sample } from '@nephometer/sample';
import type { Transformed } from './chain.ts';
import { consign } from './consign.ts';
import type { Outlet } from './outlet.ts';
import type { PipelineEvents } from './pipeline-events.ts';
import { emptyPlan, planPipeline } from './plan.ts';

/** Where samples go. */
export interface PipelineWays {
  readonly config: PipelineConfig;
  /** By URL as in `config`; others are not used. */
  readonly outlets: ReadonlyMap<string, Outlet>;
}

/** What a pipeline is made of. */
export interface PipelineSettings extends PipelineWays {
  /** What the sinks name in `transformers`. Default none. */
  readonly transformers?: Registry<TransformerFactory>;
  readonly events?: PipelineEvents;
}

/** The way of the samples from the sources to the publishers. It keeps nothing but what transformers keep, and never waits. */
export interface Pipeline {
  /**
   * Hands samples to all outlets that they are for, in order.
   *
   * A sample goes to each publisher of each sink of each source that supports its meter; so twice to a publisher that is
   * reached through two pipelines. Into a sink with transformers it goes once, and what they give goes on from there; they
   * are flushed at the end of each call.
   */
  publish(samples: readonly Sample[]): { readonly unmatched: number };
  /**
   * Changes to another configuration, at once or not at all, and only what is different: the transformers of a sink stay, with
   * what they keep, if its name and their parameters are the same. Every other transformer starts anew, and what it kept is
   * gone.
   *
   * @throws PipelineError as {@link createPipeline}; nothing has changed then
   */
  reconfigure(next: PipelineWays): void;
  /** One entry per sink that has transformers, in the order of the configuration. */
  transformed(): readonly Transformed[];
}

/**
 * The pipeline of a configuration.
 *
 * @throws PipelineError `sink_missing`, `outlet_missing`, `transformer_missing`, `bad_parameters`
 */
export function createPipeline(settings: PipelineSettings): Pipeline {
  const { transformers = new Map(), events = {} } = settings;
  let plan = planPipeline(settings, emptyPlan, { transformers, events });
  return {
    publish(samples) {
      const { consignments, unmatched } = consign(samples, plan.routes);
      for (const [url, own] of consignments) plan.outlets.get(url)?.accept(own);
      return { unmatched };
    },
    reconfigure(next) {
      plan = planPipeline(next, plan, { transformers, events });
    },
    transformed: () => plan.routes.sinks.map(({ chain }) => chain.transformed()),
  };
}
