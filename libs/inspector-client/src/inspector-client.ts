import type { CallOptions as GrpcCallOptions, ClientUnaryCall, Metadata, ServiceError } from '@grpc/grpc-js';
import { Metadata as GrpcMetadata } from '@grpc/grpc-js';
import type {
  Host,
  InspectInstancesRequest,
  InspectInstancesResponse,
  Instance,
  InspectorServiceClient,
  WatchInstancesResponse,
} from '@nephometer/inspector-api';
import { openChannel } from './channel.ts';
import type { Channel, TlsFiles } from './channel.ts';
import { InspectorError } from './inspector-error.ts';

/** Which inspector to call, and how. */
export interface InspectorClientOptions {
  /** `host:port`, `host` (port 7750) or `unix:/path`. */
  readonly target: string;
  /** Without it the connection is in the clear. */
  readonly tls?: TlsFiles;
  /** How long a call may take unless it says otherwise, in milliseconds. Default: 10,000. */
  readonly deadlineMs?: number;
}

/** How one call is made. */
export interface InspectorCallOptions {
  /** Aborts the call: it then rejects with the signal's reason, and the inspector learns of it. */
  readonly signal: AbortSignal;
  /** How long the call may take, in milliseconds. */
  readonly deadlineMs?: number;
}

/** All descriptions of a host, of one revision of its inventory. */
export interface InstanceList {
  /** Name of the host. */
  readonly host: string;
  readonly instances: readonly Instance[];
  readonly inventoryRevision: bigint;
}

/** What {@link InspectorClient.inspectInstances} asks for; whatever is left out takes the API's default. */
export type InspectRequest = Partial<InspectInstancesRequest>;

/**
 * A client of one inspector. Calls may overlap. Every call rejects with an {@link InspectorError} that names the target, or
 * with the signal's reason. A lost connection is not an event: the next call connects anew.
 */
export interface InspectorClient extends Disposable {
  readonly target: string;
  getHost(options: InspectorCallOptions): Promise<Host>;
  /** All pages; asks again from the start if the inventory changed between two of them. */
  listInstances(options: InspectorCallOptions): Promise<InstanceList>;
  getInstance(id: string, options: InspectorCallOptions): Promise<Instance>;
  inspectInstances(request: InspectRequest, options: InspectorCallOptions): Promise<InspectInstancesResponse>;
  /** The inventory as it is, then its changes. Has no deadline; leaving the loop ends the call. */
  watchInstances(options: { readonly signal: AbortSignal }): AsyncIterable<WatchInstancesResponse>;
  /** Ends all calls with the code `closed`. Safe twice. */
  close(): void;
}

const DEFAULT_DEADLINE_MS = 10_000;
/** A list that changes faster than it can be read is taken as it came. */
const LIST_ATTEMPTS = 3;

type Unary<Request, Response> = (
  request: Request,
  metadata: Metadata,
  options: Partial<GrpcCallOptions>,
  callback: (error: ServiceError | null, response: Response) => void,
) => ClientUnaryCall;

/**
 * Makes a client; connects at its first call.
 *
 * @throws if a TLS file cannot be read
 */
export function createInspectorClient(options: InspectorClientOptions): InspectorClient {
  const { target, deadlineMs: defaultDeadlineMs = DEFAULT_DEADLINE_MS } = options;
  const channel = openChannel(target, options.tls);
  let closed = false;

  const call = <Request, Response>(
    method: (stub: InspectorServiceClient) => Unary<Request, Response>,
    request: Request,
    { signal, deadlineMs = defaultDeadlineMs }: InspectorCallOptions,
  ): Promise<Response> => {
    if (closed) return Promise.reject(closedError(target));
    return callUnary({ channel, method, request, signal, deadlineMs, target, isClosed: () => closed });
  };

  async function listOnce(callOptions: InspectorCallOptions): Promise<InstanceList & { readonly torn: boolean }> {
    const instances: Instance[] = [];
    const revisions = new Set<bigint>();
    let pageToken = '';
    let inventoryRevision = 0n;
    let host = '';
    do {
      const page = await call((stub) => stub.listInstances.bind(stub), { pageSize: 1000, pageToken }, callOptions);
      instances.push(...page.instances);
      inventoryRevision = page.inventoryRevision;
      host = page.host;
      revisions.add(inventoryRevision);
      pageToken = page.nextPageToken;
    } while (pageToken !== '');
    return { host, instances, inventoryRevision, torn: revisions.size > 1 };
  }

  return {
    target,
    async getHost(callOptions) {
      const { host } = await call((stub) => stub.getHost.bind(stub), {}, callOptions);
      return present(host, 'host', target);
    },
    async listInstances(callOptions) {
      for (let attempt = 1; ; attempt += 1) {
        const { torn, ...list } = await listOnce(callOptions);
        if (!torn || attempt === LIST_ATTEMPTS) return list;
      }
    },
    async getInstance(id, callOptions) {
      const { instance } = await call((stub) => stub.getInstance.bind(stub), { id }, callOptions);
      return present(instance, 'instance', target);
    },
    inspectInstances({ ids = [], groups = [], maxAge }, callOptions) {
      return call((stub) => stub.inspectInstances.bind(stub), { ids, groups, maxAge }, callOptions);
    },
    async *watchInstances({ signal }) {
      if (closed) throw closedError(target);
      yield* watch({ channel, signal, target, isClosed: () => closed });
    },
    close() {
      closed = true;
      channel.close();
    },
    [Symbol.dispose]() {
      this.close();
    },
  };
}

interface UnaryCall<Request, Response> {
  readonly channel: Channel;
  readonly method: (stub: InspectorServiceClient) => Unary<Request, Response>;
  readonly request: Request;
  readonly signal: AbortSignal;
  readonly deadlineMs: number;
  readonly target: string;
  readonly isClosed: () => boolean;
}

function callUnary<Request, Response>(input: UnaryCall<Request, Response>): Promise<Response> {
  const { channel, method, request, signal, deadlineMs, target, isClosed } = input;
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      reject(signal.reason as Error);
      return;
    }
    const send = method(channel.stub);
    const end = channel.begin();
    const deadline = Date.now() + deadlineMs;
    const sent = send(request, new GrpcMetadata(), { deadline }, (error, response) => {
      signal.removeEventListener('abort', cancel);
      end();
      if (!error) resolve(response);
      else if (signal.aborted) reject(signal.reason as Error);
      else reject(isClosed() ? closedError(target, error) : InspectorError.from(error, target, deadlineMs));
    });
    const cancel = (): void => sent.cancel();
    signal.addEventListener('abort', cancel, { once: true });
  });
}

interface WatchCall {
  readonly channel: Channel;
  readonly signal: AbortSignal;
  readonly target: string;
  readonly isClosed: () => boolean;
}

async function* watch({ channel, signal, target, isClosed }: WatchCall): AsyncGenerator<WatchInstancesResponse> {
  signal.throwIfAborted();
  const stream = channel.stub.watchInstances({});
  const end = channel.begin();
  const cancel = (): void => stream.cancel();
  signal.addEventListener('abort', cancel, { once: true });
  try {
    for await (const change of stream) yield change as WatchInstancesResponse;
  } catch (error) {
    signal.throwIfAborted();
    throw isClosed() ? closedError(target, error) : InspectorError.from(error as ServiceError, target, 0);
  } finally {
    signal.removeEventListener('abort', cancel);
    stream.cancel();
    end();
  }
}

function closedError(target: string, cause?: unknown): InspectorError {
  return new InspectorError('closed', target, 'this client has been closed', { cause });
}

function present<T>(value: T | undefined, what: string, target: string): T {
  if (value === undefined) throw new InspectorError('incompatible', target, `the answer has no ${what}`);
  return value;
}
