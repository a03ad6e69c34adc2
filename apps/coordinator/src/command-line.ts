import { Command, CommanderError } from 'commander';

/** What the command line asks for. */
export type CommandLine =
  /** Run the service. */
  | {
      readonly kind: 'run';
      /** Path of coordinator.yaml. */
      readonly file: string;
      readonly once: boolean;
      /** Flags as they were given; absent ones leave the environment and the file their say. */
      readonly flags: { readonly http?: string };
    }
  /** Everything has been said already: help, version, or what is wrong. */
  | { readonly kind: 'done'; readonly exitCode: 0 | 2 };

/** Where help and complaints go. */
export interface CommandLineOutput {
  readonly stdout: { write(text: string): unknown };
  readonly stderr: { write(text: string): unknown };
}

/** Reads the arguments after the program's name. Values are not checked here, the configuration does that. */
export function parseCommandLine(argv: readonly string[], version: string, output: CommandLineOutput): CommandLine {
  const command = new Command('nephometer-coordinator')
    .description('Polls the inspectors of all hosts and publishes the samples.')
    .version(version)
    .requiredOption('-c, --config <file>', 'configuration file (coordinator.yaml)')
    .option('--once', 'run every polling task exactly once, publish everything, then exit', false)
    .option('--http <address>', 'HOST:PORT or unix:PATH of /metrics and /healthz (default: none)')
    .helpOption('--help', 'show this')
    .allowExcessArguments(false)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void output.stdout.write(text),
      writeErr: (text) => void output.stderr.write(text),
    })
    .addHelpText(
      'after',
      '\nExit codes: 0 fine; 1 a host or a publisher failed (--once); 2 the command line or a file is wrong.\n' +
        'Example: nephometer-coordinator --config /etc/nephometer/coordinator.yaml --once',
    );
  try {
    command.parse([...argv], { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return { kind: 'done', exitCode: error.exitCode === 0 ? 0 : 2 };
  }
  const { config, once, ...flags } = command.opts<{ config: string; once: boolean; http?: string }>();
  return { kind: 'run', file: config, once, flags };
}
