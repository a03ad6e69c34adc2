import { LibvirtError } from '../error.ts';
import type { AdminProcedureName } from '../wire/procedures.ts';
import { readTypedParams } from '../wire/typed-params.ts';
import type { XdrReader } from '../xdr/reader.ts';
import type { XdrWriter } from '../xdr/writer.ts';
import type { Call } from './call.ts';
import { readNothing } from './call.ts';

/** What a daemon allows all its clients together, and what is left of it, at one moment. */
export interface DaemonLimits {
  /** Threads that the daemon starts with (`min_workers`). */
  readonly minWorkers: number;
  /** Threads it may have (`max_workers`); when all of them wait for hung guests, every other client waits as well. */
  readonly maxWorkers: number;
  /** Threads it has; they are added on demand and stay. */
  readonly workers: number;
  /** Those of `workers` that do nothing. */
  readonly freeWorkers: number;
  /** Threads on top of `workers` for calls that no guest can hold up (`prio_workers`). */
  readonly priorityWorkers: number;
  /** Calls of all clients that wait for a thread. */
  readonly queuedCalls: number;
  /** Connections it may have (`max_clients`); one more gets no answer until another one ends. */
  readonly maxClients: number;
  /** Connections it has, this reading's own not among them. */
  readonly clients: number;
}

type ClientLimits = Pick<DaemonLimits, 'maxClients' | 'clients'>;

/** What an admin socket is asked. A server is a part of the daemon, with threads and clients of its own. */
export interface AdminCalls {
  /** First, as libvirt's own client does; the daemon answers without it, too. */
  open(): Promise<void>;
  /** Gives the name back, or rejects with `libvirt` (`isNoServer`). */
  lookupServer(name: string): Promise<string>;
  /** The names of all servers; that of the admin socket itself is `admin`. */
  listServers(): Promise<string[]>;
  getThreadpool(server: string): Promise<Omit<DaemonLimits, keyof ClientLimits>>;
  getClientLimits(server: string): Promise<ClientLimits>;
}

const maxServers = 16_384;
const maxParams = 32;
const minStringBytes = 4;

export function adminCalls(call: Call<AdminProcedureName>): AdminCalls {
  const about = (server: string): { readonly subject: string; readonly write: (writer: XdrWriter) => void } => ({
    subject: server,
    write: (writer) => void writer.string(server).uint32(0),
  });

  return {
    open: () => call({ procedure: 'ADMIN_CONNECT_OPEN', write: (writer) => writer.uint32(0), read: readNothing }),
    lookupServer: (name) =>
      call({ procedure: 'ADMIN_CONNECT_LOOKUP_SERVER', ...about(name), read: (reader) => reader.string() }),
    listServers: () =>
      call({
        procedure: 'ADMIN_CONNECT_LIST_SERVERS',
        // 1: the names, not just their number.
        write: (writer) => writer.uint32(1).uint32(0),
        read: (reader) => reader.array(maxServers, minStringBytes, () => reader.string()),
      }),
    getThreadpool: (server) =>
      call({
        procedure: 'ADMIN_SERVER_GET_THREADPOOL_PARAMETERS',
        ...about(server),
        read: (reader) => {
          const valueOf = readNumbers(reader);
          return {
            minWorkers: valueOf('minWorkers'),
            maxWorkers: valueOf('maxWorkers'),
            workers: valueOf('nWorkers'),
            freeWorkers: valueOf('freeWorkers'),
            priorityWorkers: valueOf('prioWorkers'),
            queuedCalls: valueOf('jobQueueDepth'),
          };
        },
      }),
    getClientLimits: (server) =>
      call({
        procedure: 'ADMIN_SERVER_GET_CLIENT_LIMITS',
        ...about(server),
        read: (reader) => {
          const valueOf = readNumbers(reader);
          return { maxClients: valueOf('nclients_max'), clients: valueOf('nclients') };
        },
      }),
  };
}

/** Reads a list of typed parameters; the function given back throws `protocol-error` for a name without a number. */
function readNumbers(reader: XdrReader): (name: string) => number {
  const values = new Map(readTypedParams(reader, maxParams).map(({ name, value }) => [name, value]));
  return (name) => {
    const value = values.get(name);
    if (typeof value === 'number') return value;
    throw new LibvirtError('protocol-error', `the reply has no number ${name}`);
  };
}
