import type * as Grpc from '@grpc/grpc-js';
import { connectionError } from '../connection-error.ts';
import { readTlsFiles } from '../tls-files.ts';
import { PublisherError } from '../publisher-error.ts';
import { leastBytesPerMs, readExportResponse, userAgent } from './exporter.ts';
import type { Exporter, ExporterSettings } from './exporter.ts';
import { grpcError } from './grpc-error.ts';
import type { OtlpOptions } from './otlp-options.ts';

const method = '/opentelemetry.proto.collector.metrics.v1.MetricsService/Export';

/** A connection, and how many calls are on it. */
interface Connection {
  readonly client: Grpc.Client;
  calls: number;
  /** No further call goes there. */
  isSpent: boolean;
}

/** Calls `MetricsService/Export`. Connects with the first call; `@grpc/grpc-js` is loaded then. */
export function createGrpcExporter(options: OtlpOptions, settings: ExporterSettings): Exporter {
  const { target, timeoutMs, headers, secrets } = options;
  const running = new Set<Grpc.ClientUnaryCall>();
  let connecting: Promise<Connection> | undefined;
  let isClosed = false;

  const closedError = (): PublisherError => new PublisherError('closed', `the publisher to ${target} is closed`);

  /** The connection for the next call. */
  async function connection(grpc: typeof Grpc): Promise<Connection> {
    const opening = (connecting ??= connect(grpc, options, settings));
    try {
      return await opening;
    } catch (error) {
      if (connecting === opening) connecting = undefined;
      throw connectionError(target, error, false);
    }
  }

  /**
   * Two states of a channel are of no use: CONNECTING to a peer that accepts and stays silent never ends
   * (grpc/grpc-node issue 2785), and TRANSIENT_FAILURE fails calls at once for as long as its back-off says. And one
   * that is READY may be dead. So after a call that got no answer the next one gets a new channel; the old one ends
   * with its last call.
   */
  function spend(used: Connection): void {
    if (used.isSpent) return;
    used.isSpent = true;
    connecting = undefined;
  }

  function end(used: Connection): void {
    used.calls -= 1;
    if (used.isSpent && used.calls === 0) used.client.close();
  }

  return {
    async send(request, signal) {
      signal.throwIfAborted();
      const grpc = await import('@grpc/grpc-js');
      let used = await connection(grpc);
      // Another call may have found out meanwhile.
      while (used.isSpent) used = await connection(grpc);
      signal.throwIfAborted();
      if (isClosed) {
        used.client.close();
        throw closedError();
      }
      const { promise, resolve, reject } = Promise.withResolvers<Uint8Array>();
      const metadata = new grpc.Metadata();
      for (const [name, value] of headers) metadata.set(name, value);
      const limitMs = timeoutMs + Math.ceil(request.length / leastBytesPerMs);
      const onAnswer = (error: Grpc.ServiceError | null, response?: Uint8Array): void => {
        if (!error) {
          resolve(response ?? new Uint8Array());
          return;
        }
        const state = used.client.getChannel().getConnectivityState(false);
        if (error.code === grpc.status.DEADLINE_EXCEEDED || state !== grpc.connectivityState.READY) spend(used);
        if (signal.aborted) reject(signal.reason as Error);
        else if (isClosed) reject(closedError());
        else reject(grpcError(error, { target, limitMs, secrets, status: grpc.status }));
      };
      used.calls += 1;
      const call = used.client.makeUnaryRequest(
        method,
        asBuffer,
        (bytes: Buffer): Uint8Array => bytes,
        request,
        metadata,
        { deadline: Date.now() + limitMs },
        onAnswer,
      );
      const cancel = (): void => call.cancel();
      running.add(call);
      signal.addEventListener('abort', cancel, { once: true });
      try {
        return readExportResponse(target, await promise, 'protobuf');
      } finally {
        signal.removeEventListener('abort', cancel);
        running.delete(call);
        end(used);
      }
    },
    async close() {
      if (isClosed) return;
      isClosed = true;
      for (const call of running) call.cancel();
      const last = await connecting?.catch(() => undefined);
      last?.client.close();
    },
  };
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** A channel that connects with its first call. The files are read anew for each, so that renewed ones are taken. */
async function connect(
  grpc: typeof Grpc,
  { host, port, tls, isCompressed }: OtlpOptions,
  { version, baseDirectory }: ExporterSettings,
): Promise<Connection> {
  const clientOptions: Grpc.ClientOptions = {
    // No publisher takes a proxy from the environment, which is meant for other traffic.
    'grpc.enable_http_proxy': 0,
    // A new channel must not find the stuck connection of the one before.
    'grpc.use_local_subchannel_pool': 1,
    // The delivery tries again, and nobody else: neither grpc-js nor a service config that DNS has for the name.
    'grpc.enable_retries': 0,
    'grpc.service_config_disable_resolution': 1,
    'grpc.keepalive_time_ms': 30_000,
    'grpc.keepalive_timeout_ms': 10_000,
    'grpc.primary_user_agent': userAgent(version),
    ...(isCompressed && { 'grpc.default_compression_algorithm': grpc.compressionAlgorithms.gzip }),
  };
  let credentials = grpc.credentials.createInsecure();
  if (tls) {
    const { ca, cert, key } = await readTlsFiles(tls, baseDirectory);
    credentials = grpc.credentials.createSsl(pem(ca), pem(key), pem(cert), { rejectUnauthorized: tls.isVerified });
  }
  // With its scheme: a host may be called like one.
  return { client: new grpc.Client(`dns:${host}:${port}`, credentials, clientOptions), calls: 0, isSpent: false };
}

function pem(text: unknown): Buffer | null {
  return typeof text === 'string' ? Buffer.from(text) : null;
}
