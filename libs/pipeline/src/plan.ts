import type { Registry, TransformerFactory } from '@nephometer/plugin';
import { createChain } from './chain.ts';
import type { Chain } from './chain.ts';
import type { Outlet } from './outlet.ts';
import { PipelineError } from './pipeline-error.ts';
import type { PipelineEvents } from './pipeline-events.ts';
import type { PipelineWays } from './pipeline.ts';
import { createRoutes } from './routes.ts';
import type { Routes } from './routes.ts';

/** A configuration at work. */
export interface Plan {
  readonly routes: Routes;
  /** By URL. */
  readonly outlets: ReadonlyMap<string, Outlet>;
  /** By the name of the sink; sinks without transformers have none. */
  readonly chains: ReadonlyMap<string, Chain>;
}

/** What a plan is made with, whatever the configuration. */
export interface PlanTools {
  readonly transformers: Registry<TransformerFactory>;
  readonly events: PipelineEvents;
}

/** The plan before the first one. */
export const emptyPlan: Plan = {
  routes: { of: () => ({ urls: [], sinks: [] }), sinks: [] },
  outlets: new Map(),
  chains: new Map(),
};

/**
 * The plan of a configuration, with those chains of the plan before that it has in common with it. Nothing of that plan is
 * changed.
 *
 * @throws PipelineError `sink_missing`, `outlet_missing`, `transformer_missing`, `bad_parameters`
 */
export function planPipeline({ config, outlets }: PipelineWays, before: Plan, tools: PlanTools): Plan {
  const urls = new Set(config.sinks.flatMap(({ publishers }) => publishers.map(({ url }) => url)));
  const missing = [...urls].filter((url) => !outlets.has(url));
  if (missing.length > 0) {
    const message = `the sinks name publishers that were not handed in: ${missing.join(', ')}`;
    throw new PipelineError('outlet_missing', message);
  }
  const chains = new Map<string, Chain>();
  for (const sink of config.sinks) {
    if (sink.transformers.length === 0) continue;
    const chain = before.chains.get(sink.name);
    chains.set(sink.name, chain?.isOf(sink.transformers) ? chain : createChain(sink, tools.transformers, tools.events));
  }
  return { routes: createRoutes(config, chains), outlets, chains };
}
