import { Server } from '@grpc/grpc-js';
import type { ServerCredentials } from '@grpc/grpc-js';
import { tooLate, waitAtMost } from '@nephometer/abortable';
import { InspectorServiceService } from '@nephometer/inspector-api';
import type { InspectorServiceServer } from '@nephometer/inspector-api';
import { formatListenAddress, removeStaleSocket } from '@nephometer/service';
import type { ListenAddress } from '@nephometer/service';
import { InspectorError } from '../inspector-error.ts';
import type { Health } from './health.ts';
import { admitClients, endStreams, measureCalls } from './interceptors.ts';
import type { OnCallEnd } from './interceptors.ts';
import { addReflection } from './reflection.ts';

/** What the server is made of. */
export interface GrpcServerSettings {
  readonly address: ListenAddress;
  readonly credentials: ServerCredentials;
  /** Names of clients that are let in; `undefined` or empty lets all in. */
  readonly allow: readonly string[] | undefined;
  readonly service: InspectorServiceServer;
  readonly health: Health;
  readonly onCallEnd: OnCallEnd;
  /** Ends streams of the standard services. */
  readonly stopping: AbortSignal;
}

/** A listening server. */
export interface GrpcServer {
  /** Where it listens, with the real port. */
  readonly address: string;
  /** No new calls; those under way may finish within `graceMs`, then they are cut. Safe twice. */
  close(graceMs: number): Promise<void>;
}

/** Requests are small: the longest has 16,384 ids. Answers grow with the number of instances. */
const maxRequestBytes = 4 * 1024 * 1024;

const options = {
  'grpc.max_receive_message_length': maxRequestBytes,
  'grpc.max_send_message_length': -1,
  // Coordinators and load balancers drop silent connections; both sides learn of a dead peer within a minute.
  'grpc.keepalive_time_ms': 30_000,
  'grpc.keepalive_timeout_ms': 10_000,
  // Memory a misbehaving client can make us hold.
  'grpc.max_concurrent_streams': 100,
  'grpc-node.max_session_memory': 64,
};

/**
 * Starts the server with our service, health and reflection. Nothing stays behind if that fails.
 *
 * @throws InspectorError `listen-failed` if the address cannot be used, `bad-tls` if the certificates cannot
 */
export async function startGrpcServer(settings: GrpcServerSettings): Promise<GrpcServer> {
  const { address, allow = [] } = settings;
  const interceptors = [measureCalls(settings.onCallEnd), endStreams(settings.stopping)];
  if (allow.length > 0) interceptors.push(admitClients(allow));
  const server = new Server({ ...options, interceptors });
  server.addService(InspectorServiceService, settings.service);
  settings.health.addToServer(server);
  await addReflection(server);
  if (address.kind === 'unix') await removeStaleSocket(address.path);
  const port = await bind(server, address, settings.credentials);
  const bound = address.kind === 'unix' ? address : { ...address, port };
  let closed: Promise<void> | undefined;
  return {
    address: formatListenAddress(bound),
    close: (graceMs) => (closed ??= close(server, graceMs)),
  };
}

async function bind(server: Server, address: ListenAddress, credentials: ServerCredentials): Promise<number> {
  const target = formatListenAddress(address);
  try {
    return await new Promise<number>((resolve, reject) => {
      server.bindAsync(target, credentials, (error, port) => (error === null ? resolve(port) : reject(error)));
    });
  } catch (error) {
    server.forceShutdown();
    const reason = error instanceof Error ? error.message : String(error);
    if (/PEM|certificate|key values|SSL|ERR_OSSL/i.test(reason)) {
      throw new InspectorError('bad-tls', `The certificates cannot be used: ${reason}`, { cause: error });
    }
    const advice = reason.includes('EADDRINUSE')
      ? 'another process listens there; stop it or choose another address with --listen'
      : reason;
    throw new InspectorError('listen-failed', `Cannot listen on ${target}: ${advice}`, { cause: error });
  }
}

async function close(server: Server, graceMs: number): Promise<void> {
  const shutdown = new Promise<void>((resolve) => server.tryShutdown(() => resolve()));
  if ((await waitAtMost(shutdown, graceMs, new AbortController().signal)) === tooLate) {
    server.forceShutdown();
    await shutdown;
  }
}
