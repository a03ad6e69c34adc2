import type { XdrReader } from '../xdr/reader.ts';
import type { XdrWriter } from '../xdr/writer.ts';
import type { Call, CallOptions } from './call.ts';

/** The host's hardware, as libvirt sums it up. */
export interface NodeInfo {
  /** The CPU's architecture or model, at most 31 bytes. */
  readonly model: string;
  readonly memoryKib: bigint;
  readonly cpus: number;
  readonly mhz: number;
  /** NUMA cells. */
  readonly nodes: number;
  /** Sockets of a cell. */
  readonly sockets: number;
  readonly coresPerSocket: number;
  readonly threadsPerCore: number;
}

/** One named counter of the host. */
export interface NodeStat {
  readonly name: string;
  readonly value: bigint;
}

/** Questions about the host. None waits for a guest. */
export interface NodeCalls {
  getNodeInfo(options?: CallOptions): Promise<NodeInfo>;
  /** `user`, `kernel`, `idle`, `iowait` in ns since boot; of one CPU, or of all together if `cpu` is left out. */
  getNodeCpuStats(query?: { readonly cpu?: number }, options?: CallOptions): Promise<NodeStat[]>;
  /** `total`, `free`, `buffers`, `cached` in KiB; of one NUMA cell, or of the host if `cell` is left out. */
  getNodeMemoryStats(query?: { readonly cell?: number }, options?: CallOptions): Promise<NodeStat[]>;
  /** Free bytes of the NUMA cells from `startCell` on, at most `maxCells` (up to 1024). */
  getCellsFreeMemory(startCell: number, maxCells: number, options?: CallOptions): Promise<bigint[]>;
  /** Free bytes of the host. */
  getFreeMemory(options?: CallOptions): Promise<bigint>;
  /** Free pages of each size (in KiB) in each cell: all sizes of the first cell, then those of the next. */
  getFreePages(query: FreePagesQuery, options?: CallOptions): Promise<bigint[]>;
}

export interface FreePagesQuery {
  readonly pageSizesKib: readonly number[];
  readonly startCell: number;
  readonly cellCount: number;
}

const maxCells = 1024;
const maxNodeStats = 16;
const modelChars = 32;
const all = -1;

export function nodeCalls(call: Call): NodeCalls {
  /** Asks for the number of counters first: on Linux the second call must name exactly that number. */
  const readStats = async (
    procedure: 'NODE_GET_CPU_STATS' | 'NODE_GET_MEMORY_STATS',
    writeWith: (count: number) => (writer: XdrWriter) => void,
    options: CallOptions | undefined,
  ): Promise<NodeStat[]> => {
    const { count } = await call({ procedure, write: writeWith(0), read: readNodeStats }, options);
    if (count === 0) return [];
    const { stats } = await call({ procedure, write: writeWith(count), read: readNodeStats }, options);
    return stats;
  };

  return {
    getNodeInfo: (options) => call({ procedure: 'NODE_GET_INFO', read: readNodeInfo }, options),
    getNodeCpuStats: ({ cpu = all } = {}, options) =>
      readStats('NODE_GET_CPU_STATS', (count) => (writer) => writer.int32(cpu).int32(count).uint32(0), options),
    // The two procedures take the same arguments in different orders.
    getNodeMemoryStats: ({ cell = all } = {}, options) =>
      readStats('NODE_GET_MEMORY_STATS', (count) => (writer) => writer.int32(count).int32(cell).uint32(0), options),
    getCellsFreeMemory: (startCell, count, options) =>
      call(
        {
          procedure: 'NODE_GET_CELLS_FREE_MEMORY',
          write: (writer) => writer.int32(startCell).int32(count),
          read: (reader) => reader.array(maxCells, 8, () => reader.uint64()),
        },
        options,
      ),
    getFreeMemory: (options) => call({ procedure: 'NODE_GET_FREE_MEMORY', read: (reader) => reader.uint64() }, options),
    getFreePages: ({ pageSizesKib, startCell, cellCount }, options) =>
      call(
        {
          procedure: 'NODE_GET_FREE_PAGES',
          write: (writer) =>
            writer
              .array(pageSizesKib, maxCells, (w, size) => w.uint32(size))
              .int32(startCell)
              .uint32(cellCount)
              .uint32(0),
          read: (reader) => reader.array(maxCells, 8, () => reader.uint64()),
        },
        options,
      ),
  };
}

function readNodeStats(reader: XdrReader): { readonly stats: NodeStat[]; readonly count: number } {
  const stats = reader.array(maxNodeStats, 12, () => ({ name: reader.cachedString(), value: reader.uint64() }));
  return { stats, count: reader.int32() };
}

function readNodeInfo(reader: XdrReader): NodeInfo {
  let model = '';
  // Each char of the model takes a word of its own; a zero ends the text, not the field.
  let ended = false;
  for (let index = 0; index < modelChars; index++) {
    const char = reader.int32() & 0xff;
    ended ||= char === 0;
    if (!ended) model += String.fromCharCode(char);
  }
  return {
    model,
    memoryKib: reader.uint64(),
    cpus: reader.int32(),
    mhz: reader.int32(),
    nodes: reader.int32(),
    sockets: reader.int32(),
    coresPerSocket: reader.int32(),
    threadsPerCore: reader.int32(),
  };
}
