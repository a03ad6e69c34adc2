import { OpenstackError, createSharedWork } from '@nephometer/openstack';
import type { Cloud } from '@nephometer/openstack';

/** Something of the whole cloud that discoveries ask for on behalf of each host. */
export interface KnownValue<T> {
  /** As it was last read; `undefined` until then. The same object until it has changed. */
  current(): T | undefined;
  /**
   * Reads it again if the update interval has passed, a minute at the least: hosts come one after the other. Resolves to
   * whether there is something new for the host; see `Discovery.refresh`.
   */
  refresh(host: string, signal: AbortSignal): Promise<boolean>;
  /** Safe twice. */
  close(): Promise<void>;
}

/** Nothing is read again sooner, in ms. */
const SHORTEST_INTERVAL_MS = 60_000;

/** @param read reads it from the cloud; an answer that says the same in JSON is the same */
export function createKnownValue<T>(
  cloud: Cloud,
  read: (cloud: Cloud, signal: AbortSignal) => Promise<T>,
): KnownValue<T> {
  const { clock, settings } = cloud;
  const intervalMs = Math.max(settings.resourceUpdateIntervalMs, SHORTEST_INTERVAL_MS);
  const work = createSharedWork();
  const backoff = cloud.createBackoff();
  const told = new Map<string, T>();
  let value: T | undefined;
  let dueAtMs = -Infinity;

  async function update(signal: AbortSignal): Promise<void> {
    backoff.check();
    try {
      const nowMs = clock.now();
      const fresh = await read(cloud, signal);
      if (value === undefined || JSON.stringify(fresh) !== JSON.stringify(value)) {
        value = fresh;
        told.clear();
      }
      dueAtMs = nowMs + intervalMs;
      backoff.succeeded();
    } catch (error) {
      if (error instanceof OpenstackError && error.code !== 'closed') backoff.failed(error);
      throw error;
    }
  }

  return {
    current: () => value,
    async refresh(host, signal) {
      signal.throwIfAborted();
      if (clock.now() >= dueAtMs) await work.run('value', update, signal);
      if (value === undefined || told.get(host) === value) return false;
      told.set(host, value);
      return true;
    },
    close: () => work.close(),
  };
}
