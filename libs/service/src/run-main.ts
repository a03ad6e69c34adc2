import { performance } from 'node:perf_hooks';
import { inspect } from 'node:util';
import { formatError } from './describe-error.ts';
import { endProcess } from './end-process.ts';
import { formatProblem } from './problem.ts';
import { ConfigError } from './service-error.ts';

/** What a program gets to see of its process. */
export interface MainContext {
  /** Aborts once, when the program shall stop: SIGINT, SIGTERM, nobody reads its output any more. */
  readonly signal: AbortSignal;
  /** The arguments after the program's name. */
  readonly argv: readonly string[];
  readonly env: Readonly<NodeJS.ProcessEnv>;
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
  /**
   * Calls the listener at each SIGHUP, which asks a service to read its configuration again. Without a listener SIGHUP ends
   * the process, as the shell expects of a program that has no use for it.
   */
  readonly onHangup: (listener: () => void) => void;
}

export interface MainSettings {
  /**
   * How long a program may take to stop and to close everything, in ms, from the request to stop, or from the end of `main`
   * if nobody asked. Default 10,000.
   */
  readonly graceMs?: number;
}

/** Why {@link MainContext.signal} aborted. */
class StopRequest extends Error {
  override readonly name = 'StopRequest';
  readonly exitCode: number;

  constructor(why: string, exitCode: number) {
    super(why);
    this.exitCode = exitCode;
  }
}

/** The shell's convention for a process that a signal ended: 128 and the signal's number. */
const signalExitCodes = { SIGINT: 130, SIGTERM: 143 } as const;

/**
 * Ctrl-C under npm or npx arrives twice within a moment: from the terminal, and passed on by npm. That is one request, not
 * an impatient second one.
 */
const echoMs = 300;

/**
 * Runs a program: the only place that touches signals and the exit code. Call it once, at the end of `main.ts`.
 *
 * - `main` resolves with the exit code; the process then ends by itself, at the latest after the grace period.
 * - SIGINT or SIGTERM abort the signal. The second one, or the end of the grace period, ends the process at once.
 * - Ended by force, a line on stderr says what was open. A call on a file that never returns holds up none of these ends.
 * - ConfigError: every problem on a line of stderr, exit code 2.
 * - any other error: its message and those of its causes on stderr, exit code 1; the same for an unhandled rejection
 *   and an uncaught exception, with the stack, at once.
 * - `main` rejects with the signal's reason: 128 and the signal's number. A service that stops in order returns 0 itself.
 */
export async function runMain(
  main: (context: MainContext) => Promise<number>,
  settings: MainSettings = {},
): Promise<void> {
  const { graceMs = 10_000 } = settings;
  const controller = new AbortController();
  const endings = watchProcess(controller, graceMs);
  let exitCode: number;
  try {
    exitCode = await main({
      signal: controller.signal,
      argv: process.argv.slice(2),
      env: process.env,
      stdout: process.stdout,
      stderr: process.stderr,
      onHangup: (listener) => void process.on('SIGHUP', listener),
    });
  } catch (error) {
    exitCode = report(error, controller.signal);
  }
  process.exitCode = exitCode;
  endings.release(exitCode);
}

/** Turns signals, lost errors and a closed output into the program's end, until released. */
function watchProcess(controller: AbortController, graceMs: number): { release(exitCode: number): void } {
  let graceTimer: NodeJS.Timeout | undefined;
  /** What `main` ended with; only something left open is then still there. */
  let result: number | undefined;
  let first: { readonly name: string; readonly atMs: number } | undefined;

  const onGraceOver = (): void => {
    const open = process.getActiveResourcesInfo().join(', ');
    const text =
      result === undefined
        ? `not stopped within ${graceMs} ms, ended by force`
        : `still open after the end, closed by force: ${open}`;
    process.stderr.write(`${text}\n`);
    endProcess(result ?? 1);
  };
  const stop = (request: StopRequest): void => {
    if (controller.signal.aborted) return;
    graceTimer ??= setTimeout(onGraceOver, graceMs);
    controller.abort(request);
  };
  const onSignal = (name: 'SIGINT' | 'SIGTERM'): void => {
    if (result !== undefined) endProcess(result);
    const atMs = performance.now();
    if (first !== undefined && !(first.name === name && atMs - first.atMs < echoMs)) endProcess(signalExitCodes[name]);
    first ??= { name, atMs };
    stop(new StopRequest(`stopped by ${name}`, signalExitCodes[name]));
  };
  const onLost = (error: unknown): void => {
    process.stderr.write(`${inspect(error)}\n`);
    endProcess(1);
  };
  const onOutputError = (error: NodeJS.ErrnoException): void => {
    // A reader that has seen enough (`| head`) is no failure of ours.
    if (error.code === 'EPIPE') stop(new StopRequest('nobody reads the output any more', 0));
    else onLost(error);
  };
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
  process.on('unhandledRejection', onLost).on('uncaughtException', onLost);
  process.stdout.on('error', onOutputError);
  return {
    release: (exitCode) => {
      result = exitCode;
      graceTimer ??= setTimeout(onGraceOver, graceMs);
      // Something left open must not keep a finished service alive; the timer itself keeps nothing alive.
      graceTimer.unref();
    },
  };
}

/** Says on stderr why the program failed, and gives the exit code. */
function report(error: unknown, signal: AbortSignal): number {
  if (signal.aborted && error === signal.reason) return error instanceof StopRequest ? error.exitCode : 1;
  if (error instanceof ConfigError) {
    process.stderr.write(error.problems.map((problem) => `${formatProblem(problem)}\n`).join(''));
    return 2;
  }
  process.stderr.write(`${formatError(error)}\n`);
  return 1;
}
