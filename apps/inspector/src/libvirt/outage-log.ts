import { sleep } from '@nephometer/abortable';
import type { Logger } from '@nephometer/service';

/** Says in the log when libvirt goes and when it is back: once each, and less often when it comes and goes all the time. */
export interface OutageLog {
  /** libvirt cannot be asked: called at the loss, and again after each try to connect that failed. */
  away(error: unknown): void;
  /** libvirt can be asked. `facts` go into the line; `signal` aborts when it is lost again. */
  back(facts: object, signal: AbortSignal): void;
}

/** What it logs with. */
export interface OutageLogSettings {
  readonly logger: Logger;
  readonly uri: string;
  /** Lines within `windowMs`; changes beyond wait until there is room, and then one line counts them. Default 10. */
  readonly maxLines?: number;
  /** Default one minute. */
  readonly windowMs?: number;
}

/** Nothing is known at first. */
export function createOutageLog(settings: OutageLogSettings): OutageLog {
  const { logger, uri, maxLines = 10, windowMs = 60_000 } = settings;
  /** When the last lines were written, oldest first. */
  let writtenMs: number[] = [];
  let isAway: boolean | undefined;
  let awaySinceMs: number | undefined;
  /** Changes since the last line. */
  let unsaid = 0;

  const roomInMs = (): number => {
    const [oldest] = writtenMs;
    if (oldest === undefined || writtenMs.length < maxLines) return 0;
    return Math.max(0, oldest + windowMs - performance.now());
  };
  const say = (level: 'info' | 'warn', facts: object, message: string): void => {
    const more = unsaid > 1 ? { changesNotLogged: unsaid - 1 } : {};
    logger[level]({ uri, ...facts, ...more }, message);
    writtenMs = [...writtenMs, performance.now()].slice(-maxLines);
    unsaid = 0;
  };

  return {
    away(error) {
      if (isAway !== true) {
        isAway = true;
        awaySinceMs = performance.now();
        unsaid++;
      }
      if (unsaid > 0 && roomInMs() === 0) {
        say('warn', { err: error }, 'libvirt is not available, trying again until it is');
      }
    },
    back(facts, signal) {
      isAway = false;
      unsaid++;
      const awayMs = awaySinceMs === undefined ? {} : { awayMs: Math.round(performance.now() - awaySinceMs) };
      const sayNow = (): void => say('info', { ...facts, ...awayMs }, 'libvirt is available');
      const waitMs = roomInMs();
      if (waitMs === 0) sayNow();
      // Lost again before its line was due: then that is the news.
      else sleep(waitMs, signal).then(sayNow, () => {});
    },
  };
}
