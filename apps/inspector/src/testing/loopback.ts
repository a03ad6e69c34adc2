import { credentials, Metadata, status } from '@grpc/grpc-js';
import type { CallOptions, ChannelCredentials, ClientUnaryCall, ServerCredentials, ServiceError } from '@grpc/grpc-js';
import { InspectorServiceClient, Status } from '@nephometer/inspector-api';
import type {
  GetHostRequest,
  GetHostResponse,
  GetInstanceRequest,
  GetInstanceResponse,
  InspectInstancesRequest,
  InspectInstancesResponse,
  ListInstancesRequest,
  ListInstancesResponse,
} from '@nephometer/inspector-api';
import type { ListenAddress } from '@nephometer/service';
import { createAvailability } from '../availability.ts';
import type { Hypervisor, HypervisorSink } from '../hypervisor.ts';
import { createInventory } from '../inventory.ts';
import type { InventorySettings } from '../inventory.ts';
import { createCredentials } from '../server/credentials.ts';
import { startGrpcServer } from '../server/grpc-server.ts';
import { createHealth } from '../server/health.ts';
import type { Health } from '../server/health.ts';
import { completeReading } from '../service/complete-reading.ts';
import { createInspectorService } from '../service/inspector-service.ts';
import { createSharedReadings } from '../service/shared-reading.ts';

/** Settings of a loopback; all have defaults that work. */
export interface LoopbackSettings {
  readonly address?: ListenAddress;
  readonly serverCredentials?: ServerCredentials;
  readonly clientCredentials?: ChannelCredentials;
  readonly allow?: readonly string[];
  readonly inventory?: InventorySettings;
}

/** A served hypervisor and a client of it. */
export interface Loopback extends AsyncDisposable {
  readonly client: InspectorServiceClient;
  readonly address: string;
  readonly sink: HypervisorSink;
  readonly health: Health;
  readonly unexpected: readonly unknown[];
  readonly ended: readonly { readonly method: string; readonly code: string }[];
  /** Aborts `stopping`, as the first step of stopping does. */
  stop(): void;
  /** Closes the server within this time. */
  close(graceMs: number): Promise<void>;
}

/** Serves a hypervisor over a real gRPC server on a free port, as `run` does. */
export async function startLoopback(hypervisor: Hypervisor, settings: LoopbackSettings = {}): Promise<Loopback> {
  const inventory = createInventory(settings.inventory);
  const sink = { inventory, availability: createAvailability() };
  const stopping = new AbortController();
  const driver = new AbortController();
  const readings = createSharedReadings({
    inspect: (request, signal) => completeReading(hypervisor, sink, request, signal),
  });
  const context = {
    ...sink,
    hypervisor,
    readings,
    hostName: 'loop.example',
    version: '1.2.3',
    now: Date.now,
    stopping: stopping.signal,
  };
  const unexpected: unknown[] = [];
  const ended: { method: string; code: string }[] = [];
  const health = createHealth(sink.availability);
  const driving = hypervisor.run(sink, driver.signal);
  const server = await startGrpcServer({
    address: settings.address ?? { kind: 'tcp', host: '127.0.0.1', port: 0 },
    credentials: settings.serverCredentials ?? (await createCredentials(undefined)),
    allow: settings.allow,
    service: createInspectorService(context, (error) => unexpected.push(error)),
    health,
    onCallEnd: (method, code) => ended.push({ method, code }),
    stopping: stopping.signal,
  });
  const client = new InspectorServiceClient(
    server.address,
    settings.clientCredentials ?? credentials.createInsecure(),
    { 'grpc.enable_retries': 0, 'grpc.use_local_subchannel_pool': 1 },
  );
  const close = async (graceMs: number): Promise<void> => {
    stopping.abort();
    await server.close(graceMs);
  };
  return {
    client,
    address: server.address,
    sink,
    health,
    unexpected,
    ended,
    stop: () => stopping.abort(),
    close,
    async [Symbol.asyncDispose]() {
      client.close();
      await close(0);
      driver.abort();
      await driving;
    },
  };
}

/** The unary methods with what they take and give. */
interface Methods {
  readonly getHost: [GetHostRequest, GetHostResponse];
  readonly listInstances: [ListInstancesRequest, ListInstancesResponse];
  readonly getInstance: [GetInstanceRequest, GetInstanceResponse];
  readonly inspectInstances: [InspectInstancesRequest, InspectInstancesResponse];
}

type Unary<Request, Response> = (
  request: Request,
  metadata: Metadata,
  options: Partial<CallOptions>,
  callback: (error: ServiceError | null, response: Response) => void,
) => ClientUnaryCall;

/** Calls a unary method; `onCall` gets the call, to cancel it. */
export function call<M extends keyof Methods>(
  client: InspectorServiceClient,
  method: M,
  request: Methods[M][0],
  { deadlineMs = 20_000, onCall = () => {} }: { deadlineMs?: number; onCall?: (call: ClientUnaryCall) => void } = {},
): Promise<Methods[M][1]> {
  const start = client[method].bind(client) as unknown as Unary<Methods[M][0], Methods[M][1]>;
  return new Promise((resolve, reject) => {
    const options = { deadline: Date.now() + deadlineMs };
    onCall(
      start(request, new Metadata(), options, (error, response) =>
        error === null ? resolve(response) : reject(error),
      ),
    );
  });
}

/** A failed call's status: code by name, message, and the types of its details with their bytes. */
export interface FailedCall {
  readonly code: string;
  readonly message: string;
  readonly details: ReadonlyMap<string, Buffer>;
}

/** What a call that must fail failed with. */
export async function failure(promise: Promise<unknown>): Promise<FailedCall> {
  const error = await promise.then(
    () => {
      throw new Error('the call did not fail');
    },
    (reason: unknown) => reason as ServiceError,
  );
  return statusOf(error);
}

/** A status with its details. */
export function statusOf(error: ServiceError): FailedCall {
  const [bytes] = error.metadata.get('grpc-status-details-bin');
  const details = bytes instanceof Buffer ? Status.decode(bytes).details : [];
  return {
    code: status[error.code],
    message: error.details,
    details: new Map(details.map(({ typeUrl, value }) => [typeUrl.replace(/^.*\./, ''), value])),
  };
}
