import type { Domain } from '../wire/domain.ts';
import { readTypedParams } from '../wire/typed-params.ts';
import type { TypedParam } from '../wire/typed-params.ts';
import type { XdrReader } from '../xdr/reader.ts';
import type { Call, CallOptions } from './call.ts';
import { about } from './domain.ts';

/** In the order of their tags on the wire. KiB, except the faults and page counts, and `last_update` in epoch seconds. */
export const memoryStatNames = [
  'swap_in',
  'swap_out',
  'major_fault',
  'minor_fault',
  'unused',
  'available',
  'actual_balloon',
  'rss',
  'usable',
  'last_update',
  'disk_caches',
  'hugetlb_pgalloc',
  'hugetlb_pgfail',
] as const;

/** One figure of a guest's memory; a tag newer than this client is named `unknown_<tag>`. */
export interface MemoryStat {
  readonly tag: number;
  readonly name: (typeof memoryStatNames)[number] | `unknown_${number}`;
  readonly value: bigint;
}

/** One virtual CPU. */
export interface Vcpu {
  readonly number: number;
  /** 0 offline, 1 running, 2 blocked. */
  readonly state: number;
  readonly cpuTimeNs: bigint;
  /** The host CPU it runs on; -1 when it is offline. */
  readonly cpu: number;
}

/** How many virtual CPUs to ask for, and the bytes of affinity map wanted for each. */
export interface VcpusQuery {
  /** Default 16384, libvirt's limit. */
  readonly maxVcpus?: number | undefined;
  /** Default 0: no maps. */
  readonly mapBytes?: number | undefined;
}

export interface Vcpus {
  readonly vcpus: Vcpu[];
  /** `mapBytes` for each of `maxVcpus`, one after the other, zero where there is none; bit n is host CPU n. */
  readonly cpuMaps: Uint8Array;
}

/** Counters of a network interface, from the guest's point of view; -1n is "not available". */
export interface InterfaceStats {
  readonly rxBytes: bigint;
  readonly rxPackets: bigint;
  readonly rxErrors: bigint;
  readonly rxDrops: bigint;
  readonly txBytes: bigint;
  readonly txPackets: bigint;
  readonly txErrors: bigint;
  readonly txDrops: bigint;
}

/** What a domain's addresses are learnt from. The guest agent is closed to read-only connections. */
export const addressSources = ['lease', 'agent', 'arp'] as const;

export type AddressSource = (typeof addressSources)[number];

/** A network interface of a guest and the addresses it has. */
export interface InterfaceAddresses {
  readonly name: string;
  readonly hardwareAddress: string | undefined;
  readonly addresses: readonly {
    readonly family: 'ipv4' | 'ipv6';
    readonly address: string;
    readonly prefix: number;
  }[];
}

/** Statistics of one domain, for drivers that lack the bulk call. On QEMU those marked (monitor) wait for a hung guest. */
export interface DomainStatsCalls {
  /** (monitor) */
  getMemoryStats(domain: Domain, options?: CallOptions): Promise<MemoryStat[]>;
  /** Totals over all CPUs: `cpu_time`, `user_time`, `system_time`, in ns. Two calls: the first asks how many there are. */
  getCpuStats(domain: Domain, options?: CallOptions): Promise<TypedParam[]>;
  getVcpus(domain: Domain, query?: VcpusQuery, options?: CallOptions): Promise<Vcpus>;
  /** `device` is the target name or the MAC address. */
  getInterfaceStats(domain: Domain, device: string, options?: CallOptions): Promise<InterfaceStats>;
  getInterfaceAddresses(domain: Domain, source: AddressSource, options?: CallOptions): Promise<InterfaceAddresses[]>;
  /** Which perf events are switched on, as booleans. Waits for another call's work on the domain. */
  getPerfEvents(domain: Domain, query?: { readonly flags?: number }, options?: CallOptions): Promise<TypedParam[]>;
}

const maxMemoryStats = 1024;
const maxCpuStats = 2048;
const maxVcpuInfos = 16_384;
const maxMapBytes = 8_388_608;
const maxInterfaces = 2048;
const maxPerfEvents = 64;
const total = -1;

export function domainStatsCalls(call: Call): DomainStatsCalls {
  return {
    getMemoryStats: (domain, options) =>
      call(
        {
          procedure: 'DOMAIN_MEMORY_STATS',
          ...about(domain, (writer) => writer.uint32(memoryStatNames.length).uint32(0)),
          read: (reader) => reader.array(maxMemoryStats, 12, readMemoryStat),
        },
        options,
      ),
    getCpuStats: async (domain, options) => {
      const ask = (count: number): Promise<{ readonly params: TypedParam[]; readonly count: number }> =>
        call(
          {
            procedure: 'DOMAIN_GET_CPU_STATS',
            ...about(domain, (writer) => writer.uint32(count).int32(total).uint32(1).uint32(0)),
            read: (reader) => ({ params: readTypedParams(reader, maxCpuStats), count: reader.int32() }),
          },
          options,
        );
      const { count } = await ask(0);
      return count === 0 ? [] : (await ask(count)).params;
    },
    getVcpus: (domain, { maxVcpus = maxVcpuInfos, mapBytes = 0 } = {}, options) =>
      call(
        {
          procedure: 'DOMAIN_GET_VCPUS',
          ...about(domain, (writer) => writer.int32(maxVcpus).int32(mapBytes)),
          read: (reader) => ({
            vcpus: reader.array(maxVcpuInfos, 20, readVcpu),
            cpuMaps: reader.opaque(maxMapBytes),
          }),
        },
        options,
      ),
    getInterfaceStats: (domain, device, options) =>
      call(
        {
          procedure: 'DOMAIN_INTERFACE_STATS',
          ...about(domain, (writer) => writer.string(device)),
          read: readInterfaceStats,
        },
        options,
      ),
    getInterfaceAddresses: (domain, source, options) =>
      call(
        {
          procedure: 'DOMAIN_INTERFACE_ADDRESSES',
          ...about(domain, (writer) => writer.uint32(addressSources.indexOf(source)).uint32(0)),
          read: (reader) => reader.array(maxInterfaces, 12, readInterfaceAddresses),
        },
        options,
      ),
    getPerfEvents: (domain, { flags = 0 } = {}, options) =>
      call(
        {
          procedure: 'DOMAIN_GET_PERF_EVENTS',
          ...about(domain, (writer) => writer.uint32(flags)),
          read: (reader) => readTypedParams(reader, maxPerfEvents),
        },
        options,
      ),
  };
}

function readMemoryStat(reader: XdrReader): MemoryStat {
  const tag = reader.int32();
  return { tag, name: memoryStatNames[tag] ?? `unknown_${tag}`, value: reader.uint64() };
}

function readVcpu(reader: XdrReader): Vcpu {
  return { number: reader.uint32(), state: reader.int32(), cpuTimeNs: reader.uint64(), cpu: reader.int32() };
}

function readInterfaceStats(reader: XdrReader): InterfaceStats {
  return {
    rxBytes: reader.int64(),
    rxPackets: reader.int64(),
    rxErrors: reader.int64(),
    rxDrops: reader.int64(),
    txBytes: reader.int64(),
    txPackets: reader.int64(),
    txErrors: reader.int64(),
    txDrops: reader.int64(),
  };
}

function readInterfaceAddresses(reader: XdrReader): InterfaceAddresses {
  return {
    name: reader.string(),
    hardwareAddress: reader.optionalString(),
    addresses: reader.array(maxInterfaces, 12, () => ({
      family: reader.int32() === 0 ? 'ipv4' : 'ipv6',
      address: reader.string(),
      prefix: reader.uint32(),
    })),
  };
}
