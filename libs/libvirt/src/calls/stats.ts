import { maxDomains, minDomainBytes, readDomain, writeDomain } from '../wire/domain.ts';
import type { Domain } from '../wire/domain.ts';
import { readTypedParams } from '../wire/typed-params.ts';
import type { TypedParam } from '../wire/typed-params.ts';
import type { Call, CallOptions } from './call.ts';

/**
 * Groups of bulk statistics; OR them into a mask, 0 means every group the daemon has. On QEMU only STATE, INTERFACE, PERF
 * and MEMORY are safe from a hung guest; the first call that asks one for another group waits without limit.
 */
export const StatsGroup = {
  STATE: 0x1,
  CPU_TOTAL: 0x2,
  BALLOON: 0x4,
  VCPU: 0x8,
  INTERFACE: 0x10,
  BLOCK: 0x20,
  PERF: 0x40,
  IOTHREAD: 0x80,
  MEMORY: 0x100,
  DIRTYRATE: 0x200,
  VM: 0x400,
} as const;

/** Which domains a bulk call covers (as in `ListFlag`), and how it behaves. */
export const StatsFlag = {
  ACTIVE: 0x1,
  INACTIVE: 0x2,
  PERSISTENT: 0x4,
  TRANSIENT: 0x8,
  RUNNING: 0x10,
  PAUSED: 0x20,
  SHUTOFF: 0x40,
  OTHER: 0x80,
  /** Leave out what would have to wait for another call's work on the domain. It does not protect the first caller. */
  NOWAIT: 0x20000000,
  /** One block record for each layer of a disk's backing chain. */
  BACKING: 0x40000000,
  /** Fail if the daemon does not know a group, instead of leaving it out. */
  ENFORCE: 0x80000000,
} as const;

/** The statistics of one domain, flat, in the daemon's order: names like `block.0.rd.bytes` are the caller's to take apart. */
export interface DomainStats {
  readonly domain: Domain;
  readonly params: readonly TypedParam[];
}

/** What a bulk call is asked for. */
export interface StatsQuery {
  /** Left out or empty: all domains. A domain that is gone is left out of the answer. */
  readonly domains?: readonly Domain[] | undefined;
  /** A mask of {@link StatsGroup}. */
  readonly groups: number;
  /** A mask of {@link StatsFlag}; default 0. */
  readonly flags?: number | undefined;
}

export interface StatsCalls {
  /**
   * Statistics of many domains at once. A domain without fields for the asked groups still has a record, with the
   * current id. Groups that a domain cannot give are absent; absent is not zero.
   */
  getAllDomainStats(query: StatsQuery, options?: CallOptions): Promise<DomainStats[]>;
}

const maxParams = 262_144;

export function statsCalls(call: Call): StatsCalls {
  return {
    getAllDomainStats: ({ domains = [], groups, flags = 0 }, options) =>
      call(
        {
          procedure: 'CONNECT_GET_ALL_DOMAIN_STATS',
          subject: domains.length === 0 ? undefined : describe(domains),
          // Flags put together with | are negative numbers in JavaScript when ENFORCE is among them.
          write: (writer) =>
            writer
              .array(domains, maxDomains, writeDomain)
              .uint32(groups)
              .uint32(flags >>> 0),
          read: (reader) =>
            reader.array(maxDomains, minDomainBytes + 4, () => ({
              domain: readDomain(reader),
              params: readTypedParams(reader, maxParams),
            })),
        },
        options,
      ),
  };
}

function describe(domains: readonly Domain[]): string {
  const [first] = domains;
  return domains.length === 1 ? (first?.name ?? '') : `${domains.length} domains`;
}
