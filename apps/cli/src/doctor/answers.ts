import { timestampToMs } from '@nephometer/inspector-api';
import type { Host, InspectInstancesResponse, Instance } from '@nephometer/inspector-api';
import { InspectorError } from '@nephometer/inspector-client';
import type { InspectorClient } from '@nephometer/inspector-client';

/** What came back from one call. */
export type Answer<T> =
  { readonly kind: 'answered'; readonly value: T } | { readonly kind: 'failed'; readonly error: InspectorError };

/** The inspector's clock against ours. */
export interface ClockComparison {
  /** Their time less ours, in milliseconds: above 0, they are ahead. */
  readonly offsetMs: number;
  /** How long the call took that told it; the offset is wrong by half of that at most. In milliseconds. */
  readonly roundTripMs: number;
}

/** All that an inspector says about its host, as far as it answers. */
export interface Answers {
  readonly host: Answer<Host>;
  readonly instances: Answer<readonly Instance[]>;
  readonly reading: Answer<InspectInstancesResponse>;
  /** Absent where the host did not answer. */
  readonly clock: ClockComparison | undefined;
}

/** The value of an answer, if there is one. */
export function valueOf<T>(answer: Answer<T>): T | undefined {
  return answer.kind === 'answered' ? answer.value : undefined;
}

/**
 * Asks an inspector for everything: its host, descriptions, and a fresh reading of all groups of all instances. A call that
 * fails does not end the others.
 *
 * Rejects with the signal's reason, or with what is no {@link InspectorError}.
 */
export async function askInspector(client: InspectorClient, signal: AbortSignal): Promise<Answers> {
  const [first, instances, reading] = await Promise.all([
    settle(timeHost(client, signal), signal),
    settle(
      client.listInstances({ signal }).then((list) => list.instances),
      signal,
    ),
    settle(client.inspectInstances({}, { signal }), signal),
  ]);
  if (first.kind === 'failed') return { host: first, instances, reading, clock: undefined };
  // The first call also paid for connecting: the second one tells the time more exactly.
  const second = valueOf(await settle(timeHost(client, signal), signal));
  const clocks = [first.value.clock, second?.clock].filter((clock) => clock !== undefined);
  return {
    host: { kind: 'answered', value: (second ?? first.value).host },
    instances,
    reading,
    clock: clocks.sort((a, b) => a.roundTripMs - b.roundTripMs)[0],
  };
}

interface TimedHost {
  readonly host: Host;
  readonly clock: ClockComparison | undefined;
}

async function timeHost(client: InspectorClient, signal: AbortSignal): Promise<TimedHost> {
  const sentAtMs = Date.now();
  const startedAt = performance.now();
  const host = await client.getHost({ signal });
  const roundTripMs = performance.now() - startedAt;
  if (host.now === undefined) return { host, clock: undefined };
  return { host, clock: { offsetMs: timestampToMs(host.now) - (sentAtMs + roundTripMs / 2), roundTripMs } };
}

async function settle<T>(call: Promise<T>, signal: AbortSignal): Promise<Answer<T>> {
  try {
    return { kind: 'answered', value: await call };
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof InspectorError)) throw error;
    return { kind: 'failed', error };
  }
}
