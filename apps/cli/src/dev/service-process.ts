import { spawn } from 'node:child_process';
import type { ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { CliError } from '../cli-error.ts';
import { readLines } from './read-lines.ts';

/** A line of a service's log. */
export interface LogRecord {
  readonly level?: unknown;
  readonly msg?: unknown;
  readonly [field: string]: unknown;
}

/** Which service to start, and how. */
export interface ServiceSettings {
  /** Name for messages: "inspector". */
  readonly name: string;
  /** Its `main.ts`. */
  readonly main: URL;
  readonly args: readonly string[];
  /** Where it runs. */
  readonly directory: string;
  /** Variables of the environment that count beside its files: of ours (`NEPHOMETER_...`) there are no others. Default none. */
  readonly variables?: Readonly<NodeJS.ProcessEnv>;
  /** Called with each record of its log. */
  readonly onLog: (record: LogRecord) => void;
}

/** One of our services as a child process. It ends at the latest with us, even if we are killed. */
export interface ServiceProcess {
  readonly name: string;
  readonly pid: number;
  readonly stdout: Readable;
  /** Settles when the process has ended and its log is read; never rejects. Says how it ended: "exit code 1". */
  readonly ended: Promise<string>;
  /** Waits for the log line "ready". Rejects with {@link CliError} `start-failed` if the process ends before. */
  ready(signal: AbortSignal): Promise<void>;
  /** Its last words, for people. */
  logTail(): string;
  /** SIGTERM, and SIGKILL after {@link STOP_LIMIT_MS}; resolves when it has ended. Safe twice. */
  stop(): Promise<void>;
}

const STOP_LIMIT_MS = 10_000;
const TAIL_LINES = 15;

/**
 * Starts a service in a process group of its own: Ctrl-C in a terminal reaches all processes of a group, and ours stop one
 * after the other.
 */
export async function startService(settings: ServiceSettings): Promise<ServiceProcess> {
  const { name, main, args, directory, variables, onLog } = settings;
  const watchdog = new URL('./end-with-parent.ts', import.meta.url).href;
  const child = spawn(process.execPath, ['--import', watchdog, fileURLToPath(main), ...args], {
    cwd: directory,
    // The environment beats the files, and these files are all that shall count.
    env: {
      ...Object.fromEntries(Object.entries(process.env).filter(([key]) => !key.startsWith('NEPHOMETER_'))),
      ...variables,
    },
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const tail: string[] = [];
  const readiness = Promise.withResolvers<void>();
  const watchLog = async (): Promise<void> => {
    for await (const lines of readLines(child.stderr)) {
      for (const line of lines) {
        tail.push(line);
        if (tail.length > TAIL_LINES) tail.shift();
        const record = parseRecord(line);
        if (record === undefined) continue;
        if (record.msg === 'ready') readiness.resolve();
        onLog(record);
      }
    }
  };
  const ended = watchEnd(child, watchLog());
  await once(child, 'spawn');
  void ended.then((how) => readiness.reject(startFailed(name, how, tail)));
  // Nobody may be waiting when it ends later on.
  readiness.promise.catch(() => undefined);

  return {
    name,
    pid: child.pid ?? 0,
    stdout: child.stdout,
    ended,
    ready: (signal) => untilAborted(readiness.promise, signal),
    logTail: () => tail.join('\n'),
    async stop() {
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), STOP_LIMIT_MS);
      await ended;
      clearTimeout(timer);
    },
  };
}

async function watchEnd(child: ChildProcessByStdio<Writable, Readable, Readable>, log: Promise<void>): Promise<string> {
  const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
  // A process that was killed leaves its streams to be read to their end; a broken one is no news.
  await log.catch(() => undefined);
  child.stdin.destroy();
  return signal === null ? `exit code ${code}` : `killed by ${signal}`;
}

function startFailed(name: string, how: string, tail: readonly string[]): CliError {
  const log = tail.length === 0 ? ' without a word' : `; the last lines of its log:\n${tail.join('\n')}`;
  return new CliError('start-failed', `the ${name} ended before it was ready (${how})${log}`);
}

function parseRecord(line: string): LogRecord | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    return JSON.parse(line) as LogRecord;
  } catch {
    return undefined;
  }
}

/** The promise's outcome, or the signal's reason if that comes first. */
async function untilAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  const aborted = Promise.withResolvers<never>();
  const abort = (): void => aborted.reject(signal.reason as Error);
  signal.addEventListener('abort', abort, { once: true });
  try {
    return await Promise.race([promise, aborted.promise]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}
