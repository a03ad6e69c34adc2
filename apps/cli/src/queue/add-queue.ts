import { InvalidArgumentError } from 'commander';
import type { Command } from 'commander';
import type { MainContext } from '@nephometer/service';
import { duration, repeated } from '../option-values.ts';
import { parseDuration } from '../shadow/duration.ts';
import { parseUtc } from './choose-samples.ts';
import { queueHelp } from './help.ts';

/** Where a command leaves an exit code that is not 0 and no error. */
interface Outcome {
  exitCode: number;
}

/** Adds the commands on queues. Their modules are loaded when they run. */
export function addQueue(program: Command, context: MainContext, outcome: Outcome): void {
  const queue = program
    .command('queue')
    .description('what waits for publishers: look at it, send it, copy it, throw it away, repair it')
    .addHelpText('after', queueHelp.queue);
  addInspect(queue, context, outcome);
  addDrain(queue, context, outcome);
  addReplay(queue, context, outcome);
  addDrop(queue, context, outcome);
  addRepair(queue, context);
}

function addInspect(queue: Command, { stdout, env, signal }: MainContext, outcome: Outcome): void {
  queue
    .command('inspect')
    .description('show what waits, what became of the rest, and damage; changes nothing')
    .argument('[queue...]', 'publishers or files; all of them by default')
    .option(...options.config)
    .option(...options.stateDir)
    .option('--json', 'one JSON document', false)
    .addHelpText('after', queueHelp.inspect)
    .action(async (queues: string[], given: InspectOptions) => {
      const { inspectQueues } = await import('./inspect-queues.ts');
      const isWell = await inspectQueues({ ...given, queues, stdout, env, signal });
      outcome.exitCode = isWell ? 0 : 1;
    });
}

function addDrain(queue: Command, { stdout, stderr, env, signal }: MainContext, outcome: Outcome): void {
  queue
    .command('drain')
    .description('send what waits to its publisher, and end when nothing is left')
    .argument('[queue...]', 'publishers or files')
    .requiredOption(...options.config)
    .option('--all', 'the queues of all publishers of the pipeline', false)
    .option('--to <publisher>', 'another publisher than the own one: for a queue whose publisher is not configured')
    .option('--for <duration>', 'give up after so long: 90s, 10m, 2h', duration)
    .addHelpText('after', queueHelp.drain)
    .action(async (queues: string[], { for: ms, ...given }: DrainOptions) => {
      const { drain } = await import('./drain.ts');
      const limit = ms === undefined ? {} : { ms };
      outcome.exitCode = (await drain({ ...given, ...limit, queues, stdout, stderr, env, signal })) ? 0 : 1;
    });
}

function addReplay(queue: Command, { stdout, stderr, env, signal }: MainContext, outcome: Outcome): void {
  queue
    .command('replay')
    .description('send a copy of what waits to another publisher; removes nothing')
    .argument('<queue...>', 'publishers or files')
    .requiredOption(...options.config)
    .requiredOption(
      '--to <publisher>',
      'where the copy goes: a URL in full; for publishers of the pipeline without the password',
    )
    .option(...options.resource)
    .option(...options.meter)
    .option('--since <time>', 'only samples from here on: 2026-07-21T13:00 (UTC), or 2h ago', time)
    .option('--until <time>', 'only samples from before this', time)
    .option('--for <duration>', 'give up after so long: 90s, 10m, 2h', duration)
    .addHelpText('after', queueHelp.replay)
    .action(async (queues: string[], { for: ms, to, config, ...given }: ReplayOptions) => {
      const { replay } = await import('./replay.ts');
      const { resource, meter, since, until } = given;
      const choice = {
        ...(resource && { resources: resource }),
        ...(meter && { meters: meter }),
        ...(since !== undefined && { sinceMs: since }),
        ...(until !== undefined && { untilMs: until }),
      };
      const limit = ms === undefined ? {} : { ms };
      const tookAll = await replay({ queues, to, choice, config, ...limit, stdout, stderr, env, signal });
      outcome.exitCode = tookAll ? 0 : 1;
    });
}

function addDrop(queue: Command, { stdout, stderr, env, signal }: MainContext, outcome: Outcome): void {
  queue
    .command('drop')
    .description('throw away what waits, after asking; counted as "discarded"')
    .argument('<queue...>', 'publishers or files')
    .option(...options.config)
    .option(...options.stateDir)
    .option('--all', 'everything that waits', false)
    .option('--older-than <duration>', 'what has waited for longer than 90s, 10m, 2h, 3d', duration)
    .option(...options.resource)
    .option(...options.meter)
    .option('-y, --yes', 'do not ask', false)
    .addHelpText('after', queueHelp.drop)
    .action(async (queues: string[], { olderThan, resource, meter, ...given }: DropOptions) => {
      const { drop } = await import('./drop.ts');
      const isDone = await drop({
        ...given,
        ...(olderThan !== undefined && { olderThanMs: olderThan }),
        ...(resource && { resources: resource }),
        ...(meter && { meters: meter }),
        queues,
        stdin: process.stdin,
        stdout,
        stderr,
        env,
        signal,
      });
      outcome.exitCode = isDone ? 0 : 1;
    });
}

function addRepair(queue: Command, { stdout, env, signal }: MainContext): void {
  queue
    .command('repair')
    .description('read queues through and repair what is damaged; sends nothing')
    .argument('<queue...>', 'publishers or files')
    .option(...options.config)
    .option(...options.stateDir)
    .addHelpText('after', queueHelp.repair)
    .action(async (queues: string[], given: PlaceOptions) => {
      const { repair } = await import('./repair.ts');
      await repair({ ...given, queues, stdout, env, signal });
    });
}

const options = {
  config: ['-c, --config <file>', 'coordinator.yaml, which names the pipeline file and the state directory'],
  stateDir: ['--state-dir <directory>', 'the state directory, instead of the one that coordinator.yaml names'],
  resource: ['--resource <id>', 'only of resources like this; * is a wildcard; repeatable', repeated],
  meter: ['--meter <name>', 'only of meters like this, as in pipeline.yaml; repeatable', repeated],
} as const;

interface PlaceOptions {
  readonly config?: string;
  readonly stateDir?: string;
}

interface InspectOptions extends PlaceOptions {
  readonly json: boolean;
}

interface DrainOptions {
  readonly config: string;
  readonly all: boolean;
  readonly to?: string;
  /** In ms. */
  readonly for?: number;
}

interface ReplayOptions {
  readonly config: string;
  readonly to: string;
  readonly resource?: readonly string[];
  readonly meter?: readonly string[];
  /** In ms since 1970. */
  readonly since?: number;
  readonly until?: number;
  /** In ms. */
  readonly for?: number;
}

interface DropOptions extends PlaceOptions {
  readonly all: boolean;
  /** In ms. */
  readonly olderThan?: number;
  readonly resource?: readonly string[];
  readonly meter?: readonly string[];
  readonly yes: boolean;
}

/** A moment, or how long ago it was, in ms since 1970. */
function time(text: string): number {
  const agoMs = parseDuration(text.replace(/ ago$/, ''));
  const atMs = agoMs === undefined ? parseUtc(text) : Date.now() - agoMs;
  if (Number.isNaN(atMs)) throw new InvalidArgumentError('Expected a time like 2026-07-21T13:00 (UTC), or 2h (ago).');
  return atMs;
}
