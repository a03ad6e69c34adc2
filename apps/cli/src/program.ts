import { Command, InvalidArgumentError, Option } from 'commander';
import type { MainContext } from '@nephometer/service';
import { CliError } from './cli-error.ts';
import type { HypervisorChoice } from './dev/choose-hypervisor.ts';
import { version } from './version.ts';

const exitCodes = 'Exit codes: 0 fine; 1 something failed at run time; 2 the command line or a file is wrong.';

const help = {
  program: `
Examples:
  nephometer dev                              see it work on this machine
  nephometer inspect kvm1.example.org         all instances of a host
  nephometer validate /etc/nephometer/*.yaml  check files before a restart

"nephometer COMMAND --help" tells more about a command. ${exitCodes}`,
  inspect: `
HOST is the address of an inspector: a host name or IP address, with a port unless it is 7750, or unix:PATH.
INSTANCE is a UUID, the beginning of one (4 characters or more), the name on the hypervisor, or Nova's display name.

Numbers in the table are totals since the instance started, disks and network cards summed; "-" was not read, which
is not zero, and the last column says why. MEM USED is what the guest reports, RESIDENT what its process takes on the host.

Examples:
  nephometer inspect kvm1
  nephometer inspect kvm1:7750 instance-0000002a
  nephometer inspect unix:/run/nephometer/inspector.sock a75c2fa5
  nephometer inspect kvm1 --json | jq '.reading.instances[] | {name, status}'
  nephometer inspect kvm1 --tls-ca ca.pem --tls-cert me.pem --tls-key me-key.pem

${exitCodes} A name that means several instances is 2, one that means none is 1.`,
  validate: `
A file may be polling.yaml, pipeline.yaml (also Ceilometer's own), coordinator.yaml or inspector.yaml; which one, its
content tells. The files that a coordinator.yaml names are checked, too, alone and against each other.
The environment does not count. Nothing is started, no target of a publisher is touched.

Each finding is a line "file:line: path: message"; each file ends with a line that sums up.

Examples:
  nephometer validate polling.yaml pipeline.yaml
  nephometer validate /etc/nephometer/coordinator.yaml && systemctl restart nephometer-coordinator

Exit codes: 0 all fine, perhaps with warnings; 2 a file is wrong.`,
  dev: `
Starts an inspector and a coordinator, with files of their own in a temporary directory, on the first of these that answers:
  libvirt    the libvirt of this machine, through its read-only socket where there is one
  test       a libvirtd of our own with libvirt's test driver (one made-up guest; CPU and memory only)
  simulated  made-up instances, no hypervisor at all

What is shown has gone the whole way: hypervisor, inspector, coordinator, publisher. On a terminal it is a live view (q
quits); in a pipe, a line for each sample: time, instance, meter, device ("-" for the instance), volume and unit.
CPU % is that of all virtual CPUs together and, as the meter, counts time spent waiting for a CPU of the host, so it may
pass 100. Nothing of this machine is changed, and nothing is left behind.

Examples:
  nephometer dev
  nephometer dev --hypervisor simulated --instances 50 --interval 1
  nephometer dev | grep ' cpu '

${exitCodes}`,
};

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
  addValidate(program, context, outcome);
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
    .option('--tls-ca <file>', 'authority that signed the certificate of the inspector (PEM)')
    .option('--tls-cert <file>', 'our certificate (PEM)')
    .option('--tls-key <file>', 'its key (PEM)')
    .option('--timeout <seconds>', 'how long each call may take', positiveNumber, 10)
    .addHelpText('after', help.inspect)
    .action(async (target: string, instance: string | undefined, options: InspectOptions) => {
      const { inspect } = await import('./inspect/inspect.ts');
      const tls = tlsFiles(options);
      await inspect({
        target,
        ...(instance !== undefined && { instance }),
        ...(tls && { tls }),
        timeoutMs: options.timeout * 1000,
        json: options.json,
        stdout,
        env,
        signal,
      });
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

interface InspectOptions {
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

function tlsFiles({ tlsCa: ca, tlsCert: cert, tlsKey: key }: InspectOptions): TlsFiles | undefined {
  if (ca === undefined && cert === undefined && key === undefined) return undefined;
  if (ca === undefined || cert === undefined || key === undefined) {
    throw new CliError('invalid-option', 'TLS needs all three: --tls-ca, --tls-cert and --tls-key');
  }
  return { ca, cert, key };
}

interface TlsFiles {
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

/** Longest time that a timer takes, in seconds, rounded down. */
const LONGEST_S = 2_000_000;

function positiveNumber(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !(value > 0 && value <= LONGEST_S)) {
    throw new InvalidArgumentError(`Expected a number above 0 and up to ${LONGEST_S}.`);
  }
  return value;
}

function positiveInteger(text: string): number {
  const value = positiveNumber(text);
  if (!Number.isInteger(value)) throw new InvalidArgumentError('Expected a whole number.');
  return value;
}
