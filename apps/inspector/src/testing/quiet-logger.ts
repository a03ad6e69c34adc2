import type { Logger } from '@nephometer/service';
import { createLogger } from '@nephometer/service';

/** A real logger whose lines a test can look at. */
export function collectingLogger(): { readonly logger: Logger; readonly messages: () => readonly string[] } {
  const lines: string[] = [];
  const logger = createLogger({
    name: 'test',
    level: 'debug',
    destination: { write: (line) => void lines.push(line) },
  });
  return { logger, messages: () => lines.map((line) => (JSON.parse(line) as { readonly msg: string }).msg) };
}
