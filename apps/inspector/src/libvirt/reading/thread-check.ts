import { raceAbort, tooLate, waitAtMost } from '@nephometer/abortable';
import { StatsFlag, StatsGroup } from '@nephometer/libvirt';
import type { Connection, Domain } from '@nephometer/libvirt';
import type { OnCall } from '../session.ts';

/**
 * Whether the daemon has a thread for a call that waits for no guest; if not, a late call tells nothing about its guest. A
 * daemon that does not even answer what it has threads of its own for is stopped: rejects with the LibvirtError `timeout`.
 */
export type ThreadCheck = (signal: AbortSignal) => Promise<boolean>;

/** How long the daemon may take for a call that needs a thread and no guest. */
const patienceMs = 500;
/** No domain has this id. */
const nobody: Domain = { uuid: '00000000-0000-0000-0000-000000000000', name: 'nobody', id: -1 };

/** One question is under way at a time, and all who ask meanwhile share its answer. */
export function createThreadCheck(connection: Connection, onCall: OnCall): ThreadCheck {
  let underWay: Promise<boolean> | undefined;
  /** The call for a thread. One that is not answered in time is not made again until it is. */
  let call: Promise<unknown> | undefined;
  let isOverdue = false;
  /** Who asks may leave; the question is everybody's. */
  const never = new AbortController().signal;

  const takeThread = (): Promise<unknown> => {
    onCall('get-all-domain-stats');
    const query = { domains: [nobody], groups: StatsGroup.STATE, flags: StatsFlag.NOWAIT };
    return connection.getAllDomainStats(query, { timeoutMs: Infinity }).finally(() => {
      call = undefined;
      isOverdue = false;
    });
  };

  const ask = async (): Promise<boolean> => {
    if (isOverdue) return false;
    call ??= takeThread();
    if ((await waitAtMost(call, patienceMs, never)) !== tooLate) return true;
    isOverdue = true;
    onCall('get-lib-version');
    await connection.getLibVersion();
    return false;
  };

  return (signal) => {
    underWay ??= ask().finally(() => (underWay = undefined));
    return raceAbort(underWay, signal);
  };
}
