import type { PipelineConfig } from '@nephometer/pipeline-config';
import type { Publisher, Registry, TransformerFactory } from '@nephometer/plugin';
import { createChain } from './chain.ts';
import type { Chain } from './chain.ts';
import { createChannel } from './channel.ts';
import type { Channel, ChannelLimits } from './channel.ts';
import { PipelineError } from './pipeline-error.ts';
import type { PipelineEvents } from './pipeline-events.ts';
import { createRoutes } from './routes.ts';
import type { Routes } from './routes.ts';

/** A configuration at work. */
export interface Plan {
  readonly routes: Routes;
  /** By URL. */
  readonly channels: ReadonlyMap<string, Channel>;
  /** By the name of the sink; sinks without transformers have none. */
  readonly chains: ReadonlyMap<string, Chain>;
}

/** What a plan is made with, whatever the configuration. */
export interface PlanTools {
  readonly transformers: Registry<TransformerFactory>;
  readonly events: PipelineEvents;
  readonly limits: ChannelLimits;
}

/** The plan before the first one. */
export const emptyPlan: Plan = {
  routes: { of: () => ({ urls: [], sinks: [] }), sinks: [] },
  channels: new Map(),
  chains: new Map(),
};

/**
 * The plan of a configuration, with those channels and chains of the plan before that it has in common with it. Nothing of
 * that plan is changed; if this throws, nothing was made.
 *
 * @param publishers those of URLs that have no channel yet
 * @param urls which channels there are to be, in order
 * @throws PipelineError `sink_missing`, `publisher_missing`, `publisher_known`, `transformer_missing`, `bad_parameters`
 */
export function planPipeline(
  { config, publishers }: { readonly config: PipelineConfig; readonly publishers: ReadonlyMap<string, Publisher> },
  urls: readonly string[],
  before: Plan,
  { transformers, events, limits }: PlanTools,
): Plan {
  checkPublishers(config, publishers, before.channels);
  const chains = new Map<string, Chain>();
  for (const sink of config.sinks) {
    if (sink.transformers.length === 0) continue;
    const chain = before.chains.get(sink.name);
    chains.set(sink.name, chain?.isOf(sink.transformers) ? chain : createChain(sink, transformers, events));
  }
  const routes = createRoutes(config, chains);
  // Last, because from here on the publishers are taken.
  const channels = new Map<string, Channel>();
  for (const url of new Set(urls)) {
    const publisher = publishers.get(url);
    const channel = before.channels.get(url) ?? (publisher && createChannel(url, publisher, limits, events));
    if (channel) channels.set(url, channel);
  }
  return { routes, channels, chains };
}

function checkPublishers(
  { sinks }: PipelineConfig,
  publishers: ReadonlyMap<string, Publisher>,
  channels: ReadonlyMap<string, Channel>,
): void {
  const urls = new Set(sinks.flatMap((sink) => sink.publishers).map(({ url }) => url));
  const missing = [...urls].filter((url) => !publishers.has(url) && !channels.has(url));
  if (missing.length > 0) {
    throw new PipelineError(
      'publisher_missing',
      `the sinks name publishers that were not handed in: ${missing.join(', ')}`,
    );
  }
  const known = [...publishers.keys()].filter((url) => channels.has(url));
  if (known.length > 0) {
    throw new PipelineError(
      'publisher_known',
      `these have publishers already, which stay; hand in none for them: ${known.join(', ')}`,
    );
  }
}
