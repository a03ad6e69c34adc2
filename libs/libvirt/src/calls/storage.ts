import type { XdrReader } from '../xdr/reader.ts';
import type { Call, CallOptions } from './call.ts';

/** A storage pool, found by its UUID. */
export interface StoragePool {
  readonly name: string;
  /** Canonical lower-case text. */
  readonly uuid: string;
}

/** A pool's state (0 inactive, 1 building, 2 running, 3 degraded, 4 inaccessible) and sizes. */
export interface StoragePoolInfo {
  readonly state: number;
  readonly capacityBytes: bigint;
  readonly allocationBytes: bigint;
  readonly availableBytes: bigint;
}

export interface StorageCalls {
  /** `flags` are `virConnectListAllStoragePoolsFlags`; default 0, all. In no particular order. */
  listAllStoragePools(query?: { readonly flags?: number }, options?: CallOptions): Promise<StoragePool[]>;
  getStoragePoolInfo(pool: StoragePool, options?: CallOptions): Promise<StoragePoolInfo>;
}

const maxPools = 16_384;
const minPoolBytes = 20;

export function storageCalls(call: Call): StorageCalls {
  return {
    listAllStoragePools: ({ flags = 0 } = {}, options) =>
      call(
        {
          procedure: 'CONNECT_LIST_ALL_STORAGE_POOLS',
          write: (writer) => writer.int32(1).uint32(flags),
          read: (reader) =>
            reader.array(maxPools, minPoolBytes, () => ({ name: reader.string(), uuid: reader.uuid() })),
        },
        options,
      ),
    getStoragePoolInfo: (pool, options) =>
      call(
        {
          procedure: 'STORAGE_POOL_GET_INFO',
          subject: pool.name,
          write: (writer) => writer.string(pool.name).uuid(pool.uuid),
          read: readPoolInfo,
        },
        options,
      ),
  };
}

function readPoolInfo(reader: XdrReader): StoragePoolInfo {
  return {
    state: reader.uint32(),
    capacityBytes: reader.uint64(),
    allocationBytes: reader.uint64(),
    availableBytes: reader.uint64(),
  };
}
