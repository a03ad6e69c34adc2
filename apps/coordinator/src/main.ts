#!/usr/bin/env node
import { discoveries } from '@nephometer/discovery';
import { createCloud, OpenstackError } from '@nephometer/openstack';
import type { Cloud } from '@nephometer/openstack';
import { createTransformerFactories } from '@nephometer/pipeline';
import { createRegistry } from '@nephometer/plugin';
import { pollstersFor } from '@nephometer/pollsters';
import { publisherFactories } from '@nephometer/publishers';
import { ConfigError, createLogger, formatProblem, runMain } from '@nephometer/service';
import type { Parsed } from '@nephometer/service';
import { loadCoordinatorConfig } from '@nephometer/service-config';
import type { CoordinatorConfig } from '@nephometer/service-config';
import { parseCommandLine } from './command-line.ts';
import { stampFiles } from './file-stamps.ts';
import { loadPlan, planFiles } from './plan.ts';
import type { Plugins } from './plan.ts';
import { createRandomSampleIds } from './random-sample-ids.ts';
import { run } from './run.ts';
import { version } from './version.ts';

await runMain(async ({ signal, argv, env, stdout, stderr, onHangup }) => {
  const asked = parseCommandLine(argv, version, { stdout, stderr });
  if (asked.kind === 'done') return asked.exitCode;

  const orThrow = <T>(result: Parsed<T>): T => {
    for (const warning of result.warnings) stderr.write(`warning: ${formatProblem(warning)}\n`);
    if (!result.ok) throw new ConfigError(result.problems);
    return result.value;
  };
  const config = orThrow(await loadCoordinatorConfig({ file: asked.file, flags: asked.flags, env }));
  const cloud = config.openstack && openCloud(config.openstack);
  const nextId = createRandomSampleIds();
  const plugins = createPlugins(config, cloud, nextId);
  const planStamp = await stampFiles(planFiles(config));
  const plan = orThrow(await loadPlan(config, plugins));
  const logger = createLogger({ name: 'nephometer-coordinator' });
  try {
    return await run(
      { config, plan, planStamp, plugins, cloud, nextId, once: asked.once, logger, stdout, onHangup },
      signal,
    );
  } finally {
    for (const discovery of plugins.discoveries.values()) await discovery.close?.();
    await cloud?.close();
  }
});

/** @throws ConfigError if the section `openstack` is not what it should be; nothing has been asked by then */
function openCloud(openstack: NonNullable<CoordinatorConfig['openstack']>): Cloud {
  try {
    return createCloud(openstack);
  } catch (error) {
    if (!(error instanceof OpenstackError)) throw error;
    throw new ConfigError([{ file: 'configuration', path: 'openstack', message: error.message }]);
  }
}

function createPlugins(config: CoordinatorConfig, cloud: Cloud | undefined, nextId: () => string): Plugins {
  const { compat, unmanaged, instanceDiscoveryMethod, reservedMetadata } = config;
  const options = { unmanaged, compat, instanceDiscoveryMethod, reservedMetadata, ...(cloud && { cloud }) };
  return {
    pollsters: createRegistry('pollster', pollstersFor(compat), ({ name }) => name),
    discoveries: createRegistry(
      'discovery',
      discoveries.map((create) => create(options)),
      ({ name }) => name,
    ),
    transformers: createRegistry('transformer', createTransformerFactories({ nextId }), ({ name }) => name),
    publishers: createRegistry('publisher', publisherFactories, ({ scheme }) => scheme),
  };
}
