import { Command, Option } from 'commander';
import type { MainContext } from '@nephometer/service';
import { CliError } from './cli-error.ts';
import type { HypervisorChoice } from './dev/choose-hypervisor.ts';
import { help } from './help.ts';
import type { InspectorAddress } from './inspector/open-client.ts';
import { duration, positiveInteger, positiveNumber } from './option-values.ts';
import { addQueue } from './queue/add-queue.ts';
import { shadowHelp } from './shadow/help.ts';
import { version } from './version.ts';

/**
 * The command line as commander knows it. Nothing happens until it parses arguments; it then runs the command they name.
 *
 * @param outcome where a command leaves an exit code that is not 0 and no error
 */
export function createProgram(context: MainContext, outcome: { exitCode: number }): Command {
  const { stdout, stderr } = context;
  // Set before the commands are added: they inherit it.
  const program = new Command('nephometer')
    .description(
      'Meters virtual machines: a look at what inspectors see, at configuration files, and at the whole at work.',
    )
    .version(version)
    .exitOverride()
    .configureOutput({ writeOut: (text) => stdout.write(text), writeErr: (text) => stderr.write(text) })
    .showHelpAfterError('("nephometer --help" tells more)')
    .addHelpText('after', help.program);
  addInspect(program, context);
  addDoctor(program, context, outcome);
  addValidate(program, context, outcome);
  addShadow(program, context, outcome);
  addQueue(program, context, outcome);
  addDev(program, context);
  return program;
}

// A command's modules are loaded when it runs: the help must not wait for gRPC.

function addInspect(program: Command, { stdout, env, signal }: MainContext): void {
  program
    .command('inspect')
    .description('show what an inspector sees: all instances of its host, or everything about one')
    .argument('<host>', 'the inspector: host[:port] or unix:PATH')
    .argument('[instance]', 'UUID, the beginning of one, name or display name')
    .option('--json', "the inspector's answers as one JSON document", false)
    .option(...tlsOptions.ca)
    .option(...tlsOptions.cert)
    .option(...tlsOptions.key)
    .option('--timeout <seconds>', 'how long each call may take', positiveNumber, 10)
    .addHelpText('after', help.inspect)
    .action(async (target: string, instance: string | undefined, options: HostOptions) => {
      const { inspect } = await import('./inspect/inspect.ts');
      await inspect({
        ...addressOf(target, options),
        ...(instance !== undefined && { instance }),
        json: options.json,
        stdout,
        env,
        signal,
      });
    });
}

function addDoctor(program: Command, { stdout, env, signal }: MainContext, outcome: { exitCode: number }): void {
  program
    .command('doctor')
    .description('say what is wrong with a host, what it means and what to do')
    .argument('<host>', 'the inspector: host[:port] or unix:PATH')
    .option('--json', 'the findings as one JSON document', false)
    .option(...tlsOptions.ca)
    .option(...tlsOptions.cert)
    .option(...tlsOptions.key)
    // An inspector gives up on a libvirt that is silent after 10 seconds: wait for what it then says.
    .option('--timeout <seconds>', 'how long each call may take', positiveNumber, 15)
    .addHelpText('after', help.doctor)
    .action(async (target: string, options: HostOptions) => {
      const { doctor } = await import('./doctor/doctor.ts');
      const isWell = await doctor({ ...addressOf(target, options), json: options.json, stdout, env, signal });
      outcome.exitCode = isWell ? 0 : 1;
    });
}

function addValidate(program: Command, { stdout, signal }: MainContext, outcome: { exitCode: number }): void {
  program
    .command('validate')
    .description("check configuration files, ours and Ceilometer's")
    .argument('<files...>', 'polling.yaml, pipeline.yaml, coordinator.yaml, inspector.yaml, by any name')
    .addHelpText('after', help.validate)
    .action(async (files: string[]) => {
      const { validate } = await import('./validate/validate.ts');
      outcome.exitCode = (await validate({ files, stdout, signal })) ? 0 : 2;
    });
}

function addShadow(program: Command, context: MainContext, outcome: { exitCode: number }): void {
  const { stdout, stderr, env, signal } = context;
  program
    .command('shadow')
    .description('run beside a Ceilometer and say, meter by meter, whether both give the same samples')
    .requiredOption('-c, --config <file>', 'coordinator.yaml, which names the polling file and the inspectors')
    .requiredOption(
      '--ceilometer <file|url>',
      'its samples: a file that a publisher "file:///PATH?json" writes, or a queue, amqp[s]://USER@HOST',
    )
    .addOption(
      new Option('--cycles <number>', 'until every polling interval has come so often (default: 4)')
        .argParser(positiveInteger)
        .conflicts('for'),
    )
    .option('--for <duration>', 'for so long instead: 90s, 10m, 2h', duration)
    .option('--from-start', 'samples that are in the file already count, too', false)
    .option('--json', 'the report as one JSON document', false)
    .addHelpText('after', shadowHelp)
    .action(async (options: ShadowOptions) => {
      const { shadow } = await import('./shadow/shadow.ts');
      const { cycles = DEFAULT_CYCLES, for: ms, config, ceilometer, fromStart, json } = options;
      const length = ms === undefined ? { cycles } : { ms };
      const agrees = await shadow({ config, ceilometer, length, fromStart, json, stdout, stderr, env, signal });
      outcome.exitCode = agrees ? 0 : 1;
    });
}

function addDev(program: Command, { stdout, stderr, env, signal }: MainContext): void {
  program
    .command('dev')
    .description('run inspector and coordinator on what this machine has, and watch the samples')
    .addOption(
      new Option('--hypervisor <kind>', 'what to look at')
        .choices(['auto', 'libvirt', 'test', 'simulated'] satisfies HypervisorChoice[])
        .default('auto'),
    )
    .option('--interval <seconds>', 'time between two readings', positiveInteger, 5)
    .option('--instances <number>', 'instances of the simulated hypervisor', positiveInteger, 10)
    .addHelpText('after', help.dev)
    .action(async (options: DevOptions) => {
      const { dev } = await import('./dev/dev.ts');
      await dev({
        hypervisor: options.hypervisor,
        intervalS: options.interval,
        simulatedInstances: options.instances,
        stdout,
        stderr,
        stdin: process.stdin,
        env,
        signal,
      });
    });
}

/** Options of the commands that ask an inspector. */
interface HostOptions {
  readonly json: boolean;
  readonly tlsCa?: string;
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  readonly timeout: number;
}

interface DevOptions {
  readonly hypervisor: HypervisorChoice;
  readonly interval: number;
  readonly instances: number;
}

interface ShadowOptions {
  readonly config: string;
  readonly ceilometer: string;
  readonly cycles?: number;
  /** In ms. */
  readonly for?: number;
  readonly fromStart: boolean;
  readonly json: boolean;
}

/** So many that two cycles of a Ceilometer with the same interval come between ours: a delta needs two. */
const DEFAULT_CYCLES = 4;

const tlsOptions = {
  ca: ['--tls-ca <file>', 'authority that signed the certificate of the inspector (PEM)'],
  cert: ['--tls-cert <file>', 'our certificate (PEM)'],
  key: ['--tls-key <file>', 'its key (PEM)'],
} as const;

function addressOf(target: string, options: HostOptions): InspectorAddress {
  const tls = tlsFiles(options);
  return { target, ...(tls && { tls }), timeoutMs: options.timeout * 1000 };
}

function tlsFiles({ tlsCa: ca, tlsCert: cert, tlsKey: key }: HostOptions): InspectorAddress['tls'] {
  if (ca === undefined && cert === undefined && key === undefined) return undefined;
  if (ca === undefined || cert === undefined || key === undefined) {
    throw new CliError('invalid-option', 'TLS needs all three: --tls-ca, --tls-cert and --tls-key');
  }
  return { ca, cert, key };
}
