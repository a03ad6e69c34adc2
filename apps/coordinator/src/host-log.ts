import { formatError } from '@nephometer/service';
import type { Logger } from '@nephometer/service';
import type { DiscoveryFailure, Host } from './host.ts';
import type { HostOutcome } from './poll-host.ts';

/** Says once, not every cycle, what changed about a host. */
export interface HostLog {
  readonly report: (host: Host, outcome: HostOutcome) => void;
}

/** A log that remembers what it last said about each host and pollster. */
export function createHostLog(logger: Logger): HostLog {
  const troubles = new Map<Host, string>();
  const failingPollsters = new Set<string>();
  const failingDiscoveries = new Map<string, string>();

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

  function reportDiscoveries(host: Host, failures: readonly DiscoveryFailure[]): void {
    const prefix = `${host.target} `;
    for (const { discovery, error } of failures) {
      const reason = formatError(error);
      if (failingDiscoveries.get(prefix + discovery) === reason) continue;
      failingDiscoveries.set(prefix + discovery, reason);
      logger.warn({ host: host.target, discovery, err: error }, 'discovery fails: what it found last stands');
    }
    const names = new Set(failures.map(({ discovery }) => prefix + discovery));
    for (const key of failingDiscoveries.keys()) {
      if (!key.startsWith(prefix) || names.has(key)) continue;
      failingDiscoveries.delete(key);
      logger.info({ host: host.target, discovery: key.slice(prefix.length) }, 'discovery works again');
    }
  }

  return {
    report(host, outcome) {
      if (outcome.kind === 'failed') {
        reportTrouble(host, outcome.error, outcome.error.code);
        return;
      }
      reportTrouble(host, outcome.staleInventory, outcome.staleInventory?.code);
      reportDiscoveries(host, outcome.staleDiscoveries);
      for (const { id, name, reason } of outcome.skipped) {
        logger.warn({ host: host.target, instance: id, name, reason }, 'instance is not metered');
      }
      for (const { pollster, instanceId, error, isPermanent } of outcome.failures) {
        if (isPermanent) {
          const fields = { host: host.target, pollster, instance: instanceId, err: error };
          logger.error(fields, 'pollster can never read this instance: not called for it until it has been away');
          continue;
        }
        if (failingPollsters.has(pollster)) continue;
        failingPollsters.add(pollster);
        const fields = { host: host.target, pollster, instance: instanceId, err: error };
        logger.error(fields, 'pollster failed; further failures of it are only counted');
      }
    },
  };
}
