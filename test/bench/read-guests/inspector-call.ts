import { credentials, Metadata } from '@grpc/grpc-js';
import { InspectorServiceClient, StatisticsGroup } from '@nephometer/inspector-api';
import type { InspectInstancesResponse } from '@nephometer/inspector-api';
import { eventually, startProcess, temporaryDirectory } from '@nephometer/test-kit';
import { fileURLToPath } from 'node:url';
import { processCpuMs } from '../measure/process-cpu.ts';
import type { Contender } from './take-turns.ts';

/** A contender that runs as a process of its own until disposed. */
export interface RunningContender extends Contender, AsyncDisposable {}

/** Those that Ceilometer's meters need, as `virsh domstats` is asked for, too. */
const groups = [
  StatisticsGroup.STATE,
  StatisticsGroup.CPU,
  StatisticsGroup.VCPU,
  StatisticsGroup.MEMORY,
  StatisticsGroup.VNIC,
  StatisticsGroup.DISK,
];

const CALL_LIMIT_MS = 60_000;

const main = fileURLToPath(new URL('../../../apps/inspector/src/main.ts', import.meta.url));

/** Starts our inspector on a libvirt; a turn is one `InspectInstances` of all instances, fresh (no `max_age`). */
export async function startInspectorCall(libvirtUri: string, signal: AbortSignal): Promise<RunningContender> {
  await using starting = new AsyncDisposableStack();
  const directory = starting.use(await temporaryDirectory());
  const address = `unix:${directory.path}/i.sock`;
  // A group of its own: Ctrl-C is for us, who stop it.
  const inspector = starting.use(
    await startProcess(process.execPath, [main, '--listen', address, '--libvirt-uri', libvirtUri], {
      signal,
      ownGroup: true,
    }),
  );
  await inspector.waitForLine((line) => line.includes('"msg":"ready"'), { signal });
  const client = starting.adopt(new InspectorServiceClient(address, credentials.createInsecure()), (one) =>
    one.close(),
  );
  // It listens before it has read the descriptions of all guests.
  await eventually(() => inspectInstances(client, signal), signal);
  const running = starting.move();

  return {
    name: 'inspector',
    how: 'InspectInstances over gRPC on a unix socket, until the answer is decoded; CPU: the process of the inspector',
    async turn(turnSignal) {
      const cpuBefore = await processCpuMs(inspector.pid);
      const began = performance.now();
      const { instances } = await inspectInstances(client, turnSignal);
      const wallMs = performance.now() - began;
      const guestsSeen = instances.filter(({ cpu }) => cpu?.timeNs !== undefined).length;
      return { wallMs, cpuMs: (await processCpuMs(inspector.pid)) - cpuBefore, guestsSeen };
    },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

function inspectInstances(client: InspectorServiceClient, signal: AbortSignal): Promise<InspectInstancesResponse> {
  return new Promise((resolve, reject) => {
    const request = { ids: [], groups, maxAge: undefined };
    const options = { deadline: Date.now() + CALL_LIMIT_MS };
    const cancel = (): void => call.cancel();
    const call = client.inspectInstances(request, new Metadata(), options, (error, response) => {
      signal.removeEventListener('abort', cancel);
      if (error) reject(error);
      else resolve(response);
    });
    signal.addEventListener('abort', cancel, { once: true });
  });
}
