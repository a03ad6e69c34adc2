import type { OpenstackErrorCode } from './openstack-error.ts';

/** What was asked for; `metric` is all that has to do with Gnocchi. */
export type RequestKind = 'token' | 'servers' | 'flavor' | 'image' | 'domains' | 'projects' | 'metric';

/** How a request ended: `token-refused` where the token was, also if it then went well with a new one. */
export type RequestOutcome = 'ok' | OpenstackErrorCode;

/** How many requests of a kind ended in one way since the start. */
export interface RequestCount {
  readonly kind: RequestKind;
  readonly outcome: RequestOutcome;
  readonly count: number;
}

/** Counts what was sent; what waited in vain, or was not even tried in a pause, is not counted. */
export interface RequestCounts {
  add(kind: RequestKind, outcome: RequestOutcome): void;
  /** As it is now, in the order of first occurrence. */
  all(): readonly RequestCount[];
}

/** Counts from zero. */
export function createRequestCounts(): RequestCounts {
  const counts = new Map<string, RequestCount>();
  return {
    add(kind, outcome) {
      const key = `${kind} ${outcome}`;
      counts.set(key, { kind, outcome, count: (counts.get(key)?.count ?? 0) + 1 });
    },
    all: () => [...counts.values()],
  };
}
