import type { Clock } from '@nephometer/abortable';

/** What requests may cost, together. */
export interface BudgetOptions {
  /** Requests a second in the long run. */
  readonly requestsPerSecond: number;
  /** Requests under way at once; as many may begin at once after a rest. */
  readonly concurrentRequests: number;
}

/** Makes requests wait for their turn: in the order of their coming, at a bounded pace, a bounded number at once. */
export interface RequestBudget {
  /** Calls `request` when its turn has come. Rejects with the signal's reason, or as the request does. */
  run<T>(request: () => Promise<T>, signal: AbortSignal): Promise<T>;
}

/** A budget that all who share it keep together. Its queue is as long as its callers are many. */
export function createRequestBudget(options: BudgetOptions, clock: Clock): RequestBudget {
  const { requestsPerSecond, concurrentRequests } = options;
  const spacingMs = 1000 / requestsPerSecond;
  const waiting = new Set<() => void>();
  let free = concurrentRequests;
  let nextAtMs = -Infinity;

  function enter(signal: AbortSignal): Promise<void> | undefined {
    signal.throwIfAborted();
    if (free > 0) {
      free -= 1;
      return undefined;
    }
    return new Promise((resolve, reject) => {
      const admit = (): void => {
        signal.removeEventListener('abort', leave);
        resolve();
      };
      const leave = (): void => {
        waiting.delete(admit);
        reject(signal.reason as Error);
      };
      waiting.add(admit);
      signal.addEventListener('abort', leave, { once: true });
    });
  }

  /** Hands the place to who has waited longest. */
  function exit(): void {
    const [next] = waiting;
    if (next === undefined) {
      free += 1;
      return;
    }
    waiting.delete(next);
    next();
  }

  async function keepPace(signal: AbortSignal): Promise<void> {
    const nowMs = clock.now();
    const atMs = Math.max(nextAtMs, nowMs - (concurrentRequests - 1) * spacingMs);
    nextAtMs = atMs + spacingMs;
    if (atMs > nowMs) await clock.sleep(atMs - nowMs, signal);
  }

  return {
    async run(request, signal) {
      await enter(signal);
      try {
        await keepPace(signal);
        return await request();
      } finally {
        exit();
      }
    },
  };
}
