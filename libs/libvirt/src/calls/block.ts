import type { Domain } from '../wire/domain.ts';
import { readTypedParams } from '../wire/typed-params.ts';
import type { TypedParam } from '../wire/typed-params.ts';
import type { XdrReader } from '../xdr/reader.ts';
import type { Call, CallOptions } from './call.ts';
import { about } from './domain.ts';

/** Counters of a disk; -1n is "not available". */
export interface BlockStats {
  readonly readRequests: bigint;
  readonly readBytes: bigint;
  readonly writeRequests: bigint;
  readonly writeBytes: bigint;
  readonly errors: bigint;
}

/** Sizes of a disk, in bytes. */
export interface BlockInfo {
  /** While running: the highest offset written, else what the image file takes. */
  readonly allocationBytes: bigint;
  /** What the guest sees. */
  readonly capacityBytes: bigint;
  /** The length of the image. */
  readonly physicalBytes: bigint;
}

/** Statistics of one disk. `path` is the disk's target (`vda`) or its source. On QEMU all of these wait for a hung guest. */
export interface BlockCalls {
  getBlockStats(domain: Domain, path: string, options?: CallOptions): Promise<BlockStats>;
  /**
   * `rd_operations`, `rd_bytes`, `rd_total_times` (ns), the same for `wr`, `flush_operations`, `flush_total_times`. The
   * empty path is the sum over all disks.
   */
  getBlockStatsFlags(
    domain: Domain,
    path: string,
    query?: { readonly flags?: number },
    options?: CallOptions,
  ): Promise<TypedParam[]>;
  /** Of a domain that is off, the daemon opens the image, and waits with it for dead storage. */
  getBlockInfo(domain: Domain, path: string, options?: CallOptions): Promise<BlockInfo>;
}

/** libvirt's limit; asking for more than there are is allowed and saves the question how many there are. */
const maxBlockStats = 16;

export function blockCalls(call: Call): BlockCalls {
  return {
    getBlockStats: (domain, path, options) =>
      call(
        {
          procedure: 'DOMAIN_BLOCK_STATS',
          ...about(domain, (writer) => writer.string(path)),
          read: readBlockStats,
        },
        options,
      ),
    getBlockStatsFlags: (domain, path, { flags = 0 } = {}, options) =>
      call(
        {
          procedure: 'DOMAIN_BLOCK_STATS_FLAGS',
          ...about(domain, (writer) => writer.string(path).int32(maxBlockStats).uint32(flags)),
          read: (reader) => readTypedParams(reader, maxBlockStats),
        },
        options,
      ),
    getBlockInfo: (domain, path, options) =>
      call(
        {
          procedure: 'DOMAIN_GET_BLOCK_INFO',
          ...about(domain, (writer) => writer.string(path).uint32(0)),
          read: readBlockInfo,
        },
        options,
      ),
  };
}

function readBlockStats(reader: XdrReader): BlockStats {
  return {
    readRequests: reader.int64(),
    readBytes: reader.int64(),
    writeRequests: reader.int64(),
    writeBytes: reader.int64(),
    errors: reader.int64(),
  };
}

function readBlockInfo(reader: XdrReader): BlockInfo {
  return {
    allocationBytes: reader.uint64(),
    capacityBytes: reader.uint64(),
    physicalBytes: reader.uint64(),
  };
}
