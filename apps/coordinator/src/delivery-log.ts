import type { DeliveryEvents } from '@nephometer/delivery';
import type { Logger } from '@nephometer/service';

/** The first of a publisher's refusals for a reason is logged, then each time that there are ten times as many. */
const STEP = 10;

/** A reason names what was refused, so there may be many; the oldest are forgotten, and may be logged again. */
const MOST_REASONS = 1000;

/**
 * Logs when a publisher begins to fail and when it works again, what targets refuse, and when samples begin to go: changes, not
 * each batch.
 */
export function observeDeliveries(logger: Logger): DeliveryEvents {
  const failing = new Map<string, { attempts: number; readonly sinceMs: number }>();
  const refused = new Map<string, { samples: number; tellAt: number }>();
  return {
    failed({ publisher, samples, error }) {
      const known = failing.get(publisher);
      if (known !== undefined) {
        known.attempts += 1;
        return;
      }
      failing.set(publisher, { attempts: 1, sinceMs: performance.now() });
      logger.error({ publisher, samples, err: error }, 'publisher fails: its samples wait until it works again');
    },
    delivered({ publisher }) {
      const known = failing.get(publisher);
      if (known === undefined) return;
      failing.delete(publisher);
      const seconds = Math.round((performance.now() - known.sinceMs) / 1000);
      logger.info({ publisher, attempts: known.attempts, seconds }, 'publisher works again');
    },
    refused({ publisher, samples, reason }) {
      const key = `${publisher} ${reason}`;
      const known = refused.get(key) ?? { samples: 0, tellAt: 1 };
      refused.set(key, known);
      if (refused.size > MOST_REASONS) for (const oldest of [...refused.keys()].slice(0, 1)) refused.delete(oldest);
      known.samples += samples;
      if (known.samples < known.tellAt) return;
      while (known.tellAt <= known.samples) known.tellAt *= STEP;
      logger.error({ publisher, samples: known.samples, reason }, 'samples refused by the target, and dropped');
    },
    overflowing: ({ publisher, reason }) =>
      logger.warn({ publisher, reason }, 'samples are dropped, the oldest first: a limit of the queue is reached'),
    unreadable: ({ publisher, error }) =>
      logger.error({ publisher, err: error }, 'queue cannot be read: what waits on disk has to wait longer'),
    notStored: ({ publisher, error }) =>
      logger.error({ publisher, err: error }, 'queue cannot be written: samples wait in memory'),
    stored: ({ publisher }) => logger.info({ publisher }, 'queue can be written again'),
    closeFailed: ({ publisher, error }) =>
      logger.error({ publisher, err: error }, 'publisher could not be closed in order'),
  };
}
