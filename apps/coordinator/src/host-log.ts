import type { Logger } from '@nephometer/service';
import type { Host } from './host.ts';
import type { HostOutcome } from './poll-host.ts';

/** Says once, not every cycle, what changed about a host. */
export interface HostLog {
  readonly report: (host: Host, outcome: HostOutcome) => void;
}

/** A log that remembers what it last said about each host and pollster. */
export function createHostLog(logger: Logger): HostLog {
  const troubles = new Map<Host, string>();
  const failingPollsters = new Set<string>();

  function reportTrouble(host: Host, trouble: Error | undefined, code: string | undefined): void {
    const before = troubles.get(host);
    if (trouble && before !== code) {
      logger.warn({ host: host.target, code, err: trouble }, 'host cannot be polled');
      troubles.set(host, code ?? '');
    } else if (!trouble && before !== undefined) {
      logger.info({ host: host.target }, 'host is polled again');
      troubles.delete(host);
    }
  }

  return {
    report(host, outcome) {
      if (outcome.kind === 'failed') {
        reportTrouble(host, outcome.error, outcome.error.code);
        return;
      }
      reportTrouble(host, outcome.staleInventory, outcome.staleInventory?.code);
      for (const { id, name, reason } of outcome.skipped) {
        logger.warn({ host: host.target, instance: id, name, reason }, 'instance is not metered');
      }
      for (const { pollster, instanceId, error } of outcome.failures) {
        if (failingPollsters.has(pollster)) continue;
        failingPollsters.add(pollster);
        const fields = { host: host.target, pollster, instance: instanceId, err: error };
        logger.error(fields, 'pollster failed; further failures of it are only counted');
      }
    },
  };
}
