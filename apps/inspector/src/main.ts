#!/usr/bin/env node
import { ConfigError, createLogger, formatProblem, runMain } from '@nephometer/service';
import { loadInspectorConfig } from '@nephometer/service-config';
import packageJson from '../package.json' with { type: 'json' };
import { parseCommandLine } from './command-line.ts';
import { run } from './run.ts';

await runMain(async ({ signal, argv, env, stdout, stderr }) => {
  const { version } = packageJson;
  const command = parseCommandLine(argv, version, { stdout, stderr });
  if (command.kind === 'done') return command.exitCode;

  const { file, flags } = command;
  const loaded = await loadInspectorConfig({ ...(file === undefined ? {} : { file }), flags, env, signal });
  const logger = createLogger({ name: 'nephometer-inspector' });
  for (const warning of loaded.warnings) logger.warn({ problem: formatProblem(warning) }, 'configuration warning');
  if (!loaded.ok) throw new ConfigError(loaded.problems);

  await run({ config: loaded.value, logger, version }, signal);
  return 0;
});
