#!/usr/bin/env node
import { discoveries } from '@nephometer/discovery';
import { createRegistry } from '@nephometer/plugin';
import { pollsters } from '@nephometer/pollsters';
import { publisherFactories } from '@nephometer/publishers';
import { ConfigError, createLogger, formatProblem, runMain } from '@nephometer/service';
import type { Parsed } from '@nephometer/service';
import { loadCoordinatorConfig } from '@nephometer/service-config';
import { parseCommandLine } from './command-line.ts';
import { loadPlan } from './plan.ts';
import type { Plugins } from './plan.ts';
import { run } from './run.ts';
import { version } from './version.ts';

await runMain(async ({ signal, argv, env, stdout, stderr }) => {
  const asked = parseCommandLine(argv, version, { stdout, stderr });
  if (asked.kind === 'done') return asked.exitCode;

  const orThrow = <T>(result: Parsed<T>): T => {
    for (const warning of result.warnings) stderr.write(`warning: ${formatProblem(warning)}\n`);
    if (!result.ok) throw new ConfigError(result.problems);
    return result.value;
  };
  const config = orThrow(await loadCoordinatorConfig({ file: asked.file, flags: asked.flags, env }));
  const plugins: Plugins = {
    pollsters: createRegistry('pollster', pollsters, ({ name }) => name),
    discoveries: createRegistry(
      'discovery',
      discoveries.map((create) => create({ unmanaged: config.unmanaged })),
      ({ name }) => name,
    ),
    publishers: createRegistry('publisher', publisherFactories, ({ scheme }) => scheme),
  };
  const plan = orThrow(await loadPlan(config, plugins));
  const logger = createLogger({ name: 'nephometer-coordinator' });
  return run({ config, plan, plugins, once: asked.once, logger, stdout }, signal);
});
