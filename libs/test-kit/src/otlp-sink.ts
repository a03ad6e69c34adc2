import { EventEmitter, once } from 'node:events';
import { createRequire } from 'node:module';
import { gunzipSync } from 'node:zlib';
import type * as Grpc from '@grpc/grpc-js';
import { startHttpSink } from './http-sink.ts';
import type { HttpSink, SinkReply, SinkRequest } from './http-sink.ts';
import { readPoints } from './otlp-points.ts';
import type { OtlpPoint } from './otlp-points.ts';

/** A request that was decoded without any doubt. */
export interface OtlpRequest {
  readonly transport: 'grpc' | 'http';
  /** HTTP's headers, or gRPC's metadata; names in lower case. */
  readonly headers: Readonly<Record<string, unknown>>;
  /** How many resources it has. */
  readonly resources: number;
  readonly points: readonly OtlpPoint[];
}

/**
 * What a call gets, instead of the answer that all is well:
 *
 * - a status, with what belongs to `grpc-status-details-bin`
 * - bytes: the answer's message, whatever they are
 * - `stall`: nothing
 */
export type OtlpGrpcReply =
  { readonly code: number; readonly details: string; readonly status?: Uint8Array } | Uint8Array | 'stall';

/** PEM texts. With `clientCa` only clients are let in that show a certificate of that authority. */
export interface OtlpSinkTls {
  readonly cert: string;
  readonly key: string;
  readonly clientCa?: string;
}

/**
 * A receiver of OTLP metrics on 127.0.0.1 over gRPC and over HTTP, which decodes with the code that OpenTelemetry
 * generated from its definitions. What cannot be decoded, or has a field that is not defined, is answered as OTLP says,
 * and not kept. Disposing ends it.
 */
export interface OtlpSink extends AsyncDisposable {
  readonly grpcPort: number;
  /** Takes requests on the path `/v1/metrics`. It has its own faults. */
  readonly http: HttpSink;
  /** What came by both ways, in the order in which it came. */
  readonly requests: readonly OtlpRequest[];
  /** The points of all requests. */
  readonly points: readonly OtlpPoint[];
  /** Resolves when so many requests, in all, have come. */
  received(count: number): Promise<void>;
  /** The next calls by gRPC get these, one each, in order. Their requests are kept all the same. */
  reply(...replies: readonly OtlpGrpcReply[]): void;
  /** The bytes of an `ExportMetricsServiceResponse` with a partial success. */
  partialSuccess(rejected: number, message: string): Uint8Array;
  /** Ends gRPC and breaks its connections: connecting is refused then. */
  stopGrpc(): Promise<void>;
  /** Listens again on the same port, if it does not. */
  startGrpc(): Promise<void>;
}

/** Starts a receiver. `@grpc/grpc-js` is loaded then, for the tests that need it. */
export async function startOtlpSink({ tls }: { readonly tls?: OtlpSinkTls } = {}): Promise<OtlpSink> {
  const grpc = await import('@grpc/grpc-js');
  const { request: Request, response: Response } = loadMessages();
  const requests: OtlpRequest[] = [];
  const replies: OtlpGrpcReply[] = [];
  const arrivals = new EventEmitter();

  const keep = (transport: 'grpc' | 'http', headers: OtlpRequest['headers'], bytes: Uint8Array): void => {
    const message = Request.decode(bytes);
    const problem = Request.verify(message);
    if (problem !== null) throw new Error(problem);
    if (Request.encode(message).finish().length !== bytes.length) throw new Error('it has fields that are not defined');
    requests.push({ transport, headers, ...readPoints(Request.toObject(message, { longs: String })) });
    arrivals.emit('request');
  };
  const respond = ({ method, path, headers, body }: SinkRequest): SinkReply => {
    if (method !== 'POST' || path !== '/v1/metrics') return { status: 404 };
    if (headers['content-type'] !== 'application/x-protobuf') return { status: 415 };
    try {
      keep('http', headers, headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body);
    } catch (error) {
      return { status: 400, body: String(error) };
    }
    return { headers: { 'content-type': 'application/x-protobuf' }, body: Response.encode({}).finish() };
  };
  const exportMetrics: Grpc.handleUnaryCall<Buffer, Buffer> = (call, callback) => {
    try {
      keep('grpc', call.metadata.getMap(), call.request);
    } catch (error) {
      callback({ code: grpc.status.INVALID_ARGUMENT, details: String(error) });
      return;
    }
    const reply = replies.shift() ?? Response.encode({}).finish();
    if (reply === 'stall') return;
    if (reply instanceof Uint8Array) callback(null, Buffer.from(reply));
    else callback({ code: reply.code, details: reply.details, metadata: details(grpc, reply.status) });
  };

  let server: Grpc.Server | undefined;
  const listen = async (port: number): Promise<number> => {
    const created = new grpc.Server();
    created.addService({ Export: method }, { Export: exportMetrics });
    const bound = Promise.withResolvers<number>();
    created.bindAsync(`127.0.0.1:${port}`, serverCredentials(grpc, tls), (error, bindAt) =>
      error ? bound.reject(error) : bound.resolve(bindAt),
    );
    const at = await bound.promise;
    server = created;
    return at;
  };
  const stopGrpc = async (): Promise<void> => {
    server?.forceShutdown();
    server = undefined;
  };

  const grpcPort = await listen(0);
  const http = await startHttpSink({ ...(tls && { tls }), respond });
  return {
    grpcPort,
    http,
    requests,
    get points() {
      return requests.flatMap((request) => request.points);
    },
    async received(count) {
      while (requests.length < count) await once(arrivals, 'request');
    },
    reply: (...next) => void replies.push(...next),
    partialSuccess: (rejectedDataPoints, errorMessage) =>
      Response.encode({ partialSuccess: { rejectedDataPoints, errorMessage } }).finish(),
    stopGrpc,
    async startGrpc() {
      if (server === undefined) await listen(grpcPort);
    },
    [Symbol.asyncDispose]: async () => {
      await stopGrpc();
      await http[Symbol.asyncDispose]();
    },
  };
}

const asIs = (bytes: Buffer): Buffer => bytes;

const method = {
  path: '/opentelemetry.proto.collector.metrics.v1.MetricsService/Export',
  requestStream: false,
  responseStream: false,
  requestSerialize: asIs,
  requestDeserialize: asIs,
  responseSerialize: asIs,
  responseDeserialize: asIs,
} as const;

function serverCredentials(grpc: typeof Grpc, tls: OtlpSinkTls | undefined): Grpc.ServerCredentials {
  if (tls === undefined) return grpc.ServerCredentials.createInsecure();
  const pair = { cert_chain: Buffer.from(tls.cert), private_key: Buffer.from(tls.key) };
  const authority = tls.clientCa === undefined ? null : Buffer.from(tls.clientCa);
  return grpc.ServerCredentials.createSsl(authority, [pair], authority !== null);
}

function details(grpc: typeof Grpc, status: Uint8Array | undefined): Grpc.Metadata {
  const metadata = new grpc.Metadata();
  if (status !== undefined) metadata.set('grpc-status-details-bin', Buffer.from(status));
  return metadata;
}

/** As much of protobufjs's generated messages as is used here. */
interface MessageType {
  decode(bytes: Uint8Array): object;
  verify(message: object): string | null;
  toObject(message: object, options: { readonly longs: typeof String }): object;
  encode(message: object): { finish(): Uint8Array };
}

function loadMessages(): { readonly request: MessageType; readonly response: MessageType } {
  // The generated code is CommonJS and no part of the package's own exports.
  const require = createRequire(import.meta.url);
  const root = require('@opentelemetry/otlp-transformer/build/src/generated/root.js') as {
    readonly opentelemetry: {
      readonly proto: {
        readonly collector: {
          readonly metrics: {
            readonly v1: {
              readonly ExportMetricsServiceRequest: MessageType;
              readonly ExportMetricsServiceResponse: MessageType;
            };
          };
        };
      };
    };
  };
  const { ExportMetricsServiceRequest, ExportMetricsServiceResponse } = root.opentelemetry.proto.collector.metrics.v1;
  return { request: ExportMetricsServiceRequest, response: ExportMetricsServiceResponse };
}
