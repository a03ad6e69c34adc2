import type { Ledger } from '@nephometer/pipeline';
import { formatError } from '@nephometer/service';
import type { Logger } from '@nephometer/service';
import type { Host } from './host.ts';
import type { HostOutcome } from './poll-host.ts';

/** Adds up what happened, for a run that ends. */
export interface Summary {
  readonly hostEnded: (host: Host, outcome: HostOutcome) => void;
  /** Logs what was polled and published, and what was not. Returns the exit code: 1 if a host or a publisher failed. */
  readonly conclude: (ledgers: readonly Ledger[], logger: Logger) => number;
}

/** An empty summary. */
export function createSummary(): Summary {
  const failedHosts = new Map<string, string>();
  const polledHosts = new Set<string>();
  let samples = 0;
  return {
    hostEnded({ target }, outcome) {
      if (outcome.kind === 'failed') {
        failedHosts.set(target, outcome.error.message);
        return;
      }
      if (outcome.staleInventory) failedHosts.set(target, outcome.staleInventory.message);
      for (const { discovery, error } of outcome.staleDiscoveries) {
        failedHosts.set(target, `discovery ${discovery}: ${formatError(error)}`);
      }
      polledHosts.add(target);
      samples += outcome.samples.length;
    },
    conclude(ledgers, logger) {
      const failed = ledgers.some(({ polled, delivered }) => delivered < polled) || failedHosts.size > 0;
      const fields = {
        hosts: { polled: polledHosts.size, failed: Object.fromEntries(failedHosts) },
        samples,
        publishers: ledgers,
      };
      if (failed) logger.error(fields, 'done, with failures');
      else logger.info(fields, 'done');
      return failed ? 1 : 0;
    },
  };
}
