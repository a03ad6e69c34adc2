import { raceAbort } from '@nephometer/abortable';
import { LibvirtError, StatsFlag, StatsGroup } from '@nephometer/libvirt';
import type { Connection, Domain } from '@nephometer/libvirt';
import type { OnCall } from '../session.ts';

/**
 * Whether the daemon has a thread for a call that waits for no guest; if not, a late call tells nothing about its guest. A
 * daemon that does not even answer what it has threads of its own for is stopped: rejects with the LibvirtError `timeout`.
 */
export type ThreadCheck = (signal: AbortSignal) => Promise<boolean>;

/** How long the daemon may take for a call that needs a thread and no guest. */
const timeoutMs = 500;
/** No domain has this id. */
const nobody: Domain = { uuid: '00000000-0000-0000-0000-000000000000', name: 'nobody', id: -1 };

/** One question is under way at a time, and all who ask meanwhile share its answer. */
export function createThreadCheck(probe: Connection, onCall: OnCall): ThreadCheck {
  let underWay: Promise<boolean> | undefined;

  const ask = async (): Promise<boolean> => {
    onCall('get-all-domain-stats');
    try {
      const query = { domains: [nobody], groups: StatsGroup.STATE, flags: StatsFlag.NOWAIT };
      await probe.getAllDomainStats(query, { timeoutMs });
      return true;
    } catch (error) {
      if (!(error instanceof LibvirtError) || error.code !== 'timeout') throw error;
    }
    onCall('get-lib-version');
    await probe.getLibVersion();
    return false;
  };

  return (signal) => {
    underWay ??= ask().finally(() => (underWay = undefined));
    return raceAbort(underWay, signal);
  };
}
