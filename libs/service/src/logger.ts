import { destination as openDestination, pino } from 'pino';
import { describeError } from './describe-error.ts';

/** How much is logged; each level includes the ones after it. `silent` logs nothing. */
export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent';

/** Logs one line: fixed text, data in fields. A field `err` is written with its chain of causes. */
export interface LogMethod {
  (message: string): void;
  (fields: object, message: string): void;
}

/** What libraries of ours log through. They get one with `task`, `host` or `publisher` bound, and never make one. */
export interface Logger {
  readonly trace: LogMethod;
  readonly debug: LogMethod;
  readonly info: LogMethod;
  readonly warn: LogMethod;
  readonly error: LogMethod;
  readonly fatal: LogMethod;
  /** A logger whose every line carries these fields. */
  child(fields: Readonly<Record<string, unknown>>): Logger;
}

/** Where log lines go, one call per line, each with its line feed. */
export interface LogDestination {
  write(line: string): void;
}

/** What a logger is made of. */
export interface LoggerSettings {
  /** Name of the service, in every line. */
  readonly name: string;
  /** Default `info`. */
  readonly level?: LogLevel;
  /** Default: stderr, written at once, so that the last line before an exit is not lost. */
  readonly destination?: LogDestination;
}

/**
 * A logger that writes JSON lines: `{"level":"info","time":"2026-01-01T00:00:00.000Z","pid":1,"name":...,"msg":...}`.
 * Nothing it is given makes it throw.
 */
export function createLogger({ name, level = 'info', destination }: LoggerSettings): Logger {
  return pino(
    {
      level,
      base: { pid: process.pid, name },
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { err: describeError },
    },
    destination ?? openDestination({ dest: 2, sync: true }),
  );
}
