import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { captureLines } from './output-lines.ts';
import type { OutputLine, OutputName } from './output-lines.ts';

export interface ProcessOptions {
  /** Added to our own environment; undefined removes a variable. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly cwd?: string;
  /** Kills the process (SIGKILL) when aborted. */
  readonly signal?: AbortSignal;
  /**
   * The process leads a group of its own, and signals go to the whole group: for one that starts others, such as npm.
   * Default false.
   */
  readonly ownGroup?: boolean;
}

/** How a process ended: one of the two is not null. */
export interface ProcessExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface WaitForLineOptions {
  /** Default: both outputs. */
  readonly from?: OutputName;
  readonly signal?: AbortSignal;
}

/** A running program. Disposing kills it (SIGKILL) and waits for its end. */
export interface TestProcess extends AsyncDisposable {
  readonly pid: number;
  /** Settles when the process has ended and all it wrote is in `lines()`. Never rejects. */
  readonly exit: Promise<ProcessExit>;
  /** What it wrote so far, without line ends. */
  lines(from: OutputName): readonly string[];
  /** The lines so far that are JSON objects, parsed; others are left out. */
  jsonLines(from: OutputName): readonly Record<string, unknown>[];
  /**
   * The first line that satisfies `predicate`, earlier lines included.
   *
   * @throws Error with the last lines when the process ends without one, or after 60 s; the abort reason.
   */
  waitForLine(predicate: (line: string) => boolean, options?: WaitForLineOptions): Promise<string>;
  /** Default SIGTERM. Does not wait: `exit` does. Nothing happens to a process that has ended. */
  kill(signal?: NodeJS.Signals): void;
  /** Writes to its standard input. */
  write(text: string): void;
  /** Closes its standard input. */
  endInput(): void;
}

const LINE_DEADLINE_MS = 60_000;
const TAIL_LINES = 30;

/**
 * Starts a program; resolves when it runs.
 *
 * @throws the system's error (ENOENT and the like) when it cannot be started; the abort reason.
 */
export async function startProcess(
  command: string,
  args: readonly string[],
  options: ProcessOptions = {},
): Promise<TestProcess> {
  const { env, cwd, signal, ownGroup = false } = options;
  signal?.throwIfAborted();
  const child = spawn(command, args, {
    env: { ...process.env, ...env },
    ...(cwd !== undefined && { cwd }),
    detached: ownGroup,
    stdio: 'pipe',
  });
  const output = captureLines(child);
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const exit = new Promise<ProcessExit>((resolve) => {
    child.once('close', (code, exitSignal) => resolve({ code, signal: exitSignal }));
  });
  // It may end before it has read what we write.
  child.stdin.on('error', () => undefined);
  await once(child, 'spawn');
  const pid = child.pid ?? 0;

  const kill = (name: NodeJS.Signals = 'SIGTERM'): void => {
    if (!ownGroup) {
      child.kill(name);
      return;
    }
    try {
      process.kill(-pid, name);
    } catch {
      // ESRCH: nobody of the group is left.
    }
  };
  const onAbort = (): void => kill('SIGKILL');
  signal?.addEventListener('abort', onAbort, { once: true });
  void ended.then(() => signal?.removeEventListener('abort', onAbort));
  if (signal?.aborted) onAbort();

  const lines = (from: OutputName): string[] =>
    output.all.filter((line) => line.from === from).map((line) => line.text);
  return {
    pid,
    exit,
    lines,
    jsonLines: (from) => lines(from).flatMap(parseObject),
    waitForLine: (predicate, waitOptions = {}) =>
      waitForLine({ output, exit, title: [command, ...args].join(' ') }, predicate, waitOptions),
    kill,
    write: (text) => void child.stdin.write(text),
    endInput: () => void child.stdin.end(),
    [Symbol.asyncDispose]: async () => {
      kill('SIGKILL');
      await ended;
      // A grandchild that outlived it may still hold its outputs open.
      child.stdout.destroy();
      child.stderr.destroy();
      child.stdin.destroy();
      await exit;
    },
  };
}

interface Watched {
  readonly title: string;
  readonly output: ReturnType<typeof captureLines>;
  readonly exit: Promise<ProcessExit>;
}

function waitForLine(
  { output, exit, title }: Watched,
  predicate: (line: string) => boolean,
  { from, signal }: WaitForLineOptions,
): Promise<string> {
  const fits = (line: OutputLine): boolean => (from === undefined || line.from === from) && predicate(line.text);
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  if (signal?.aborted) reject(signal.reason as Error);
  const early = output.all.find(fits);
  if (early !== undefined) resolve(early.text);

  const fail = (why: string): void => {
    const tail = output.all.slice(-TAIL_LINES).map((line) => line.text);
    reject(new Error([`${title}: ${why}; it wrote:`, ...tail].join('\n')));
  };
  const stopListening = output.listen((line) => {
    if (fits(line)) resolve(line.text);
  });
  const onAbort = (): void => reject(signal?.reason as Error);
  signal?.addEventListener('abort', onAbort, { once: true });
  const timer = setTimeout(() => fail(`no such line after ${LINE_DEADLINE_MS / 1000} s`), LINE_DEADLINE_MS);
  void exit.then((end) => fail(`ended (${end.signal ?? `exit code ${end.code}`}) without such a line`));
  return promise.finally(() => {
    clearTimeout(timer);
    stopListening();
    signal?.removeEventListener('abort', onAbort);
  });
}

function parseObject(line: string): Record<string, unknown>[] {
  if (!line.startsWith('{')) return [];
  try {
    return [JSON.parse(line) as Record<string, unknown>];
  } catch {
    return [];
  }
}
