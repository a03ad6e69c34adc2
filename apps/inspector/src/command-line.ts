import { Command, CommanderError } from 'commander';

/** Flags as they were given; absent ones leave the environment and the file their say. */
export interface Flags {
  readonly listen?: string;
  readonly http?: string;
  readonly hypervisor?: string;
  readonly host?: string;
  readonly libvirtUri?: string;
}

/** What the command line asks for. */
export type CommandLine =
  /** Run the service. */
  | { readonly kind: 'run'; readonly file: string | undefined; readonly flags: Flags }
  /** Everything has been said already: help, version, or what is wrong. */
  | { readonly kind: 'done'; readonly exitCode: number };

/** Where help and complaints go. */
export interface CommandLineOutput {
  readonly stdout: { write(text: string): unknown };
  readonly stderr: { write(text: string): unknown };
}

/** Reads the arguments after the program's name. Values are not checked here, the configuration does that. */
export function parseCommandLine(argv: readonly string[], version: string, output: CommandLineOutput): CommandLine {
  const command = new Command('nephometer-inspector')
    .description('Reads the virtual machines of this host and serves their descriptions and statistics over gRPC.')
    .version(version)
    .option('--config <file>', 'configuration file (inspector.yaml); without one, the defaults')
    .option('--listen <address>', 'HOST:PORT or unix:PATH of the gRPC API (default 127.0.0.1:7750)')
    .option('--hypervisor <name>', 'libvirt or simulated (default libvirt)')
    .option('--libvirt-uri <uri>', 'connection URI of libvirt (default qemu:///system)')
    .option('--http <address>', 'HOST:PORT of /metrics and /healthz (default: none)')
    .option('--host <name>', 'name of this host in answers (default: as the hypervisor says)')
    .helpOption('--help', 'show this')
    .allowExcessArguments(false)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void output.stdout.write(text),
      writeErr: (text) => void output.stderr.write(text),
    });
  try {
    command.parse([...argv], { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return { kind: 'done', exitCode: error.exitCode === 0 ? 0 : 2 };
  }
  const { config, ...flags } = command.opts<Flags & { readonly config?: string }>();
  return { kind: 'run', file: config, flags };
}
