import { fileURLToPath } from 'node:url';
import { Client, credentials, Metadata } from '@grpc/grpc-js';
import type { ServiceError } from '@grpc/grpc-js';
import { durationToMs, InspectorServiceClient } from '@nephometer/inspector-api';
import type { Host, InspectInstancesRequest, InspectInstancesResponse, Instance } from '@nephometer/inspector-api';
import { startProcess } from '@nephometer/test-kit';
import type { TestProcess } from '@nephometer/test-kit';
import { readyLine } from '../e2e/services.ts';
import { askHealth } from './health.ts';
import type { ServingStatus } from './health.ts';

/** How one call is made. */
export interface AskOptions {
  /** Default 60 s: far longer than any call takes that ends at all. */
  readonly deadlineMs?: number;
  /** Cancels the call, which then rejects with CANCELLED. */
  readonly signal?: AbortSignal;
}

/** An inspector as a process, and every way to ask it. Calls may overlap and reject with grpc-js's `ServiceError`. */
export interface InspectorUnderTest extends AsyncDisposable {
  readonly process: TestProcess;
  /** HOST:PORT of its API. */
  readonly target: string;
  inspect(request?: Partial<InspectInstancesRequest>, options?: AskOptions): Promise<InspectInstancesResponse>;
  getHost(options?: AskOptions): Promise<Host>;
  /** All pages. */
  listInstances(): Promise<Instance[]>;
  /** grpc.health.v1 Check: `''` asks for the server as a whole. */
  health(service: string): Promise<ServingStatus>;
  /** HTTP status of /healthz. */
  healthz(): Promise<number>;
  /** A self-metric, summed over its labels; 0 if it has not been counted yet. */
  metric(name: string): Promise<number>;
}

const DEADLINE_MS = 60_000;

const main = fileURLToPath(new URL('../../apps/inspector/src/main.ts', import.meta.url));

/**
 * Twice what it uses at its worst moments here. Without a limit its garbage would lie about for as long as the machine has
 * memory, and its size would tell nothing; with one, an inspector that keeps what it should forget dies of it.
 */
const HEAP_MIB = 96;

/** Starts an inspector for one libvirt, with its HTTP side, and waits until it says that it is ready; libvirt need not be. */
export async function startInspectorUnderTest(libvirtUri: string): Promise<InspectorUnderTest> {
  const address = ['--listen', '127.0.0.1:0', '--http', '127.0.0.1:0', '--libvirt-uri', libvirtUri];
  const inspector = await startProcess(process.execPath, [`--max-old-space-size=${HEAP_MIB}`, main, ...address]);
  const { listen, http } = await readyLine(inspector);
  const target = String(listen);
  const stub = new InspectorServiceClient(target, credentials.createInsecure());
  const standard = new Client(target, credentials.createInsecure());
  const fetchText = async (path: string): Promise<{ readonly status: number; readonly text: string }> => {
    const response = await fetch(`http://${String(http)}${path}`);
    return { status: response.status, text: await response.text() };
  };
  const inspect: InspectorUnderTest['inspect'] = ({ ids = [], groups = [], maxAge } = {}, options) =>
    unary<InspectInstancesResponse>(options, (call, done) =>
      stub.inspectInstances({ ids, groups, maxAge }, new Metadata(), call, done),
    );

  return {
    process: inspector,
    target,
    inspect,
    async getHost(options) {
      const { host } = await unary<{ host?: Host | undefined }>(options, (call, done) =>
        stub.getHost({}, new Metadata(), call, done),
      );
      if (host === undefined) throw new Error('GetHost answered without a host');
      return host;
    },
    async listInstances() {
      const instances: Instance[] = [];
      let pageToken = '';
      do {
        const page = await unary<{ instances: Instance[]; nextPageToken: string }>({}, (call, done) =>
          stub.listInstances({ pageSize: 1000, pageToken }, new Metadata(), call, done),
        );
        instances.push(...page.instances);
        pageToken = page.nextPageToken;
      } while (pageToken !== '');
      return instances;
    },
    health: (service) => askHealth(standard, service),
    healthz: async () => (await fetchText('/healthz')).status,
    async metric(name) {
      const { text } = await fetchText('/metrics');
      const values = text.split('\n').filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `));
      return values.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0);
    },
    async [Symbol.asyncDispose]() {
      stub.close();
      standard.close();
      await inspector[Symbol.asyncDispose]();
    },
  };
}

/** What the hypervisor took for a reading, by the inspector's own account, in milliseconds. */
export function readDurationMs({ readDuration }: InspectInstancesResponse): number {
  if (readDuration === undefined) throw new Error('the reading does not say how long it took');
  return durationToMs(readDuration);
}

type Send<T> = (
  call: { deadline: number },
  done: (error: ServiceError | null, answer: T) => void,
) => { cancel(): void };

function unary<T>({ deadlineMs = DEADLINE_MS, signal }: AskOptions = {}, send: Send<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const call = send({ deadline: Date.now() + deadlineMs }, (error, answer) => {
      signal?.removeEventListener('abort', cancel);
      if (error === null) resolve(answer);
      else reject(error);
    });
    const cancel = (): void => call.cancel();
    signal?.addEventListener('abort', cancel, { once: true });
    if (signal?.aborted) cancel();
  });
}
