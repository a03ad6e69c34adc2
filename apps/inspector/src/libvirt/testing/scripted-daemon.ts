import { LibvirtError } from '@nephometer/libvirt';
import type { Connection, Domain, DomainStats, StatsQuery, TypedParam } from '@nephometer/libvirt';
import type { Session } from '../session.ts';

/**
 * What a domain does to calls:
 * - `well`: it answers
 * - `hung`: the first bulk call that comes to it waits, later ones get what its monitor is not needed for
 * - `locked`: everything that touches it waits, lists too
 * - `dying`: a bulk call that reads it fails as a whole
 * - `busy`: another client holds it
 */
export type Mode = 'well' | 'hung' | 'locked' | 'dying' | 'busy';

/** A model of libvirtd with QEMU: bulk calls read their domains one after the other, as they stand in the call. */
export interface ScriptedDaemon {
  readonly session: Session;
  /** Bulk calls that asked monitors, by the names of their domains. */
  readonly bulkCalls: readonly string[][];
  /** Connections that are open, the session's own not among them. */
  readonly lanes: number;
  /** Changes what a domain does; calls that wait for it go on. */
  set(name: string, mode: Mode): void;
  /** Starts a domain anew: well, with another id. */
  restart(name: string): void;
  /** Whether the daemon has threads for calls that touch no domain. */
  hasThreads: boolean;
}

interface Guest {
  readonly uuid: string;
  readonly name: string;
  id: number;
  mode: Mode;
  isHeld: boolean;
  changed: PromiseWithResolvers<void>;
}

const balloonBit = 0x4;

/** A daemon with well domains of these names. */
export function createScriptedDaemon(...names: readonly string[]): ScriptedDaemon {
  const guests = names.map((name, index): Guest => {
    const uuid = `00000000-0000-0000-0000-${String(index + 1).padStart(12, '0')}`;
    return { uuid, name, id: index + 1, mode: 'well', isHeld: false, changed: Promise.withResolvers() };
  });
  const find = (name: string): Guest => {
    const guest = guests.find((candidate) => candidate.name === name);
    if (guest === undefined) throw new Error(`no guest ${name}`);
    return guest;
  };
  const domainOf = ({ uuid, name, id }: Guest): Domain => ({ uuid, name, id });
  const bulkCalls: string[][] = [];
  let lanes = 0;

  const unlocked = async (guest: Guest): Promise<void> => {
    while (guest.mode === 'locked') await guest.changed.promise;
  };

  const readMonitor = async (guest: Guest): Promise<TypedParam[]> => {
    const partial: TypedParam[] = [{ name: 'cpu.time', type: 'ullong', value: 7n }];
    if (guest.mode === 'busy' || guest.isHeld) return partial;
    guest.isHeld = true;
    try {
      while (guest.mode === 'hung') await guest.changed.promise;
    } finally {
      guest.isHeld = false;
    }
    await unlocked(guest);
    if (guest.mode === 'dying') throw monitorBroke(guest.name);
    return [...partial, { name: 'balloon.rss', type: 'ullong', value: 9n }];
  };

  const getAllDomainStats = async ({ domains = [], groups }: StatsQuery): Promise<DomainStats[]> => {
    const asked = domains.flatMap(({ uuid }) => guests.find((guest) => guest.uuid === uuid) ?? []);
    if ((groups & balloonBit) !== 0) bulkCalls.push(asked.map(({ name }) => name));
    const records: DomainStats[] = [];
    for (const guest of asked) {
      await unlocked(guest);
      const state: TypedParam[] = [{ name: 'state.state', type: 'int', value: 1 }];
      const more = (groups & balloonBit) === 0 ? [] : await readMonitor(guest);
      records.push({ domain: domainOf(guest), params: [...state, ...more] });
    }
    return records;
  };

  const ofDomain =
    <T>(answer: (guest: Guest) => T) =>
    async ({ name }: Domain): Promise<T> => {
      const guest = find(name);
      await unlocked(guest);
      return answer(guest);
    };

  let hasThreads = true;
  let threadsChanged = Promise.withResolvers<void>();
  const never = new Promise<never>(() => undefined);
  const connection = {
    closed: never,
    close: async () => undefined,
    listAllDomains: async () => {
      for (const guest of guests) await unlocked(guest);
      return guests.map(domainOf);
    },
    getAllDomainStats,
    getState: ofDomain(() => ({ state: 1, reason: 0 })),
    getInfo: ofDomain(() => ({ state: 1, maxMemoryKib: 2n, memoryKib: 1n, vcpuCount: 1, cpuTimeNs: 5n })),
    getVcpus: ofDomain(() => ({ vcpus: [], cpuMaps: new Uint8Array() })),
    getLibVersion: async () => 9_000_000n,
  };
  const questions = {
    ...connection,
    getAllDomainStats: async (query: StatsQuery) => {
      while (!hasThreads) await threadsChanged.promise;
      return getAllDomainStats(query);
    },
  };
  const openLane = async (): Promise<Connection> => {
    lanes++;
    const close = async (): Promise<void> => void lanes--;
    return { ...connection, close } as unknown as Connection;
  };
  const abilities = { libvirtVersion: 9_000_000, bulk: true };
  // Only what a reading calls is there.
  const session = { questions, probe: connection, openLane, hypervisorType: 'QEMU', abilities } as unknown as Session;

  const change = (guest: Guest, mode: Mode): void => {
    guest.mode = mode;
    guest.changed.resolve();
    guest.changed = Promise.withResolvers();
  };

  return {
    session,
    bulkCalls,
    get lanes() {
      return lanes;
    },
    get hasThreads() {
      return hasThreads;
    },
    set hasThreads(value) {
      hasThreads = value;
      threadsChanged.resolve();
      threadsChanged = Promise.withResolvers();
    },
    set: (name, mode) => change(find(name), mode),
    restart(name) {
      const guest = find(name);
      guest.id += 100;
      change(guest, 'well');
    },
  };
}

/** What libvirt before 11 answers to the whole call when one QEMU dies during it. */
function monitorBroke(name: string): LibvirtError {
  const message = 'Unable to read from monitor: Connection reset by peer';
  const fields = { code: 38, domain: 10, level: 2, message, str1: undefined, str2: undefined, int1: 104 };
  return LibvirtError.fromDaemon(fields, `CONNECT_GET_ALL_DOMAIN_STATS of ${name}`);
}
