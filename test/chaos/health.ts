import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@grpc/grpc-js';
import type { InspectorUnderTest } from './inspector-under-test.ts';

/** Statuses of grpc.health.v1, by their numbers. */
const statuses = ['UNKNOWN', 'SERVING', 'NOT_SERVING', 'SERVICE_UNKNOWN'] as const;
export type ServingStatus = (typeof statuses)[number];

/**
 * grpc.health.v1.Health/Check without its generated code: the request is one string as field 1, the answer one enum as
 * field 1, absent when it is 0.
 */
export function askHealth(client: Client, service: string): Promise<ServingStatus> {
  const name = Buffer.from(service);
  const request = name.length === 0 ? Buffer.alloc(0) : Buffer.concat([Buffer.of(0x0a, name.length), name]);
  return new Promise((resolve, reject) => {
    client.makeUnaryRequest(
      '/grpc.health.v1.Health/Check',
      (bytes: Buffer) => bytes,
      (bytes: Buffer) => statuses[bytes[1] ?? 0] ?? 'UNKNOWN',
      request,
      { deadline: Date.now() + 10_000 },
      (error, status) => (error === null ? resolve(status ?? 'UNKNOWN') : reject(error)),
    );
  });
}

/** When the hypervisor was available, as all three ways to ask agree. */
export interface HealthWait {
  /** Milliseconds from the call to the answer that fitted. */
  readonly tookMs: number;
}

const POLL_MS = 20;

/**
 * Asks health of the server, of the service and /healthz again and again until all three say `serving`.
 *
 * @param limitMs how long at most
 * @throws Error with what they said last, when the time is over
 */
export async function untilServing(
  inspector: InspectorUnderTest,
  serving: boolean,
  limitMs: number,
): Promise<HealthWait> {
  const startedAt = performance.now();
  const expected = serving ? ['SERVING', 'SERVING', 200] : ['NOT_SERVING', 'NOT_SERVING', 503];
  for (;;) {
    const said = await Promise.all([
      inspector.health(''),
      inspector.health('nephometer.inspector.v1.InspectorService'),
      inspector.healthz(),
    ]);
    const tookMs = performance.now() - startedAt;
    if (said.every((status, index) => status === expected[index])) return { tookMs };
    if (tookMs > limitMs) {
      throw new Error(`after ${Math.round(tookMs)} ms health is ${said.join(', ')} and not ${expected.join(', ')}`);
    }
    await sleep(POLL_MS);
  }
}
