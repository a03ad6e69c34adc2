import { Command, CommanderError } from 'commander';
import { version } from './version.ts';

/** What the command line says, or the code to exit with because it was wrong or only asked for help. */
export type Arguments =
  | { readonly config: string; readonly once: boolean; readonly flags: { readonly http?: string } }
  | { readonly exitCode: 0 | 2 };

/** Reads the arguments after the program's name. Prints help on stdout, and what is wrong on stderr. */
export function parseArguments(argv: readonly string[]): Arguments {
  const command = new Command('nephometer-coordinator')
    .description('Polls the inspectors of all hosts and publishes the samples.')
    .requiredOption('-c, --config <file>', 'coordinator.yaml')
    .option('--once', 'run every polling task exactly once, publish everything, then exit', false)
    .option('--http <address>', 'address of /metrics and /healthz, host:port or unix:PATH; beats the file')
    .version(version)
    .allowExcessArguments(false)
    .exitOverride()
    .addHelpText(
      'after',
      '\nExit codes: 0 fine; 1 a host or a publisher failed (--once); 2 the command line or a file is wrong.\n' +
        'Example: nephometer-coordinator --config /etc/nephometer/coordinator.yaml --once',
    );
  try {
    command.parse(argv, { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError) return { exitCode: error.exitCode === 0 ? 0 : 2 };
    throw error;
  }
  const { config, once, http } = command.opts<{ config: string; once: boolean; http?: string }>();
  return { config, once, flags: { ...(http !== undefined && { http }) } };
}
