import { raceAbort, tooLate, waitAtMost } from '@nephometer/abortable';
import type { Connection, Domain } from '@nephometer/libvirt';

/** The domains of a daemon, running or not. */
export interface DomainList {
  /**
   * As libvirt lists them now. libvirt cannot list while it starts or buries a domain and that takes long, so that after
   * `patienceMs` the answer is the last list, with the domains that are `known` from elsewhere and not in it.
   *
   * Rejects with the reason of `signal`, or a LibvirtError.
   */
  current(patienceMs: number, signal: AbortSignal): Promise<readonly Domain[]>;
}

/** Never more than one call is under way on `connection`. */
export function createDomainList(
  connection: Connection,
  known: () => readonly Domain[],
  onCall: () => void,
): DomainList {
  let last: readonly Domain[] | undefined;
  let underWay: Promise<readonly Domain[]> | undefined;

  const ask = async (): Promise<readonly Domain[]> => {
    onCall();
    try {
      return (last = await connection.listAllDomains({}, { timeoutMs: Infinity }));
    } finally {
      underWay = undefined;
    }
  };

  const lastAndKnown = (listed: readonly Domain[]): readonly Domain[] => {
    const ids = new Set(listed.map(({ uuid }) => uuid));
    return [...listed, ...known().filter(({ uuid }) => !ids.has(uuid))];
  };

  return {
    async current(patienceMs, signal) {
      underWay ??= ask();
      const before = last;
      if (before === undefined) return raceAbort(underWay, signal);
      const listed = await waitAtMost(underWay, patienceMs, signal);
      return listed === tooLate ? lastAndKnown(before) : listed;
    },
  };
}
