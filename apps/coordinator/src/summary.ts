import type { Ledger } from '@nephometer/delivery';
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

/** An empty summary. @param before the ledgers as they were: a queue on disk remembers more than this run */
export function createSummary(before: readonly Ledger[]): Summary {
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
      const failed = failedHosts.size > 0 || ledgers.some((ledger) => hasLost(ledger, before));
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

/** Whether samples wait, or more have been dropped than before. */
function hasLost({ publisher, queued, dropped }: Ledger, before: readonly Ledger[]): boolean {
  const earlier = before.find((candidate) => candidate.publisher === publisher)?.dropped;
  return queued > 0 || sum(dropped) > (earlier ? sum(earlier) : 0);
}

function sum(dropped: Ledger['dropped']): number {
  return Object.values(dropped).reduce((total, count) => total + count, 0);
}
