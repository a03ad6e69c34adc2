import type { Logger } from '@nephometer/service';
import { createLogger } from '@nephometer/service';

/** One line of the log. */
export interface LogLine extends Readonly<Record<string, unknown>> {
  readonly msg: string;
  /** 20 debug, 30 info, 40 warn, 50 error. */
  readonly level: number | string;
}

/** A logger and what it wrote. */
export interface CollectingLogger {
  readonly logger: Logger;
  readonly messages: () => readonly string[];
  readonly lines: () => readonly LogLine[];
}

/** A real logger whose lines a test can look at. */
export function collectingLogger(): CollectingLogger {
  const texts: string[] = [];
  const logger = createLogger({
    name: 'test',
    level: 'debug',
    destination: { write: (line) => void texts.push(line) },
  });
  const lines = (): LogLine[] => texts.map((line) => JSON.parse(line) as LogLine);
  return { logger, lines, messages: () => lines().map(({ msg }) => msg) };
}
