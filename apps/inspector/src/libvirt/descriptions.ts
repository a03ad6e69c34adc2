import { mapLimit, sleep } from '@nephometer/abortable';
import { isNoDomain } from '@nephometer/libvirt';
import type { Domain, LibvirtEvent } from '@nephometer/libvirt';
import type { Instance } from '@nephometer/inspector-api';
import type { Logger } from '@nephometer/service';
import type { Inventory } from '../inventory.ts';
import { createBell } from './bell.ts';
import { describe, describeBriefly } from './describe.ts';
import type { OnCall, Session } from './session.ts';

/** Keeps an inventory in step with the domains of one session. */
export interface Descriptions {
  /** Looks at a domain again soon: something that was read does not fit its description. */
  suspect(domain: Domain): void;
  /**
   * Fills the inventory, calls `onComplete`, then follows the events until the session or `signal` ends; rejects with
   * the reason of either. Everything is read again every `resyncMs`, because an event may be missing.
   */
  follow(signal: AbortSignal, onComplete: () => void): Promise<never>;
}

/** What descriptions are made with. */
export interface DescriptionsSettings {
  readonly session: Session;
  readonly inventory: Inventory;
  readonly logger: Logger;
  readonly onCall: OnCall;
  /** Default 10 minutes. */
  readonly resyncMs?: number;
}

/** The daemon's own limit per connection is five; events and facts of the host need room as well. */
const maxCalls = 3;

/** Events after which a description may be different. */
const eventTypes = [
  'lifecycle',
  'device-added',
  'device-removed',
  'metadata-change',
  'job-completed',
  'balloon-change',
] as const;

/** Descriptions of the domains of a session. */
export function createDescriptions(settings: DescriptionsSettings): Descriptions {
  const { session, inventory, logger, onCall, resyncMs = 600_000 } = settings;
  const { probe } = session;
  const bell = createBell();
  const dirty = new Map<string, Domain>();
  /** Domains whose definition cannot be read, and why: said when it changes, not each time. */
  const unreadable = new Map<string, string>();
  let syncDue = true;

  const suspect = (domain: Domain): void => {
    dirty.set(domain.uuid, domain);
    bell.ring();
  };

  const read = async (domain: Domain, signal: AbortSignal): Promise<Instance | undefined> => {
    try {
      onCall('get-state');
      const facts = { id: domain.uuid, name: domain.name, ...(await probe.getState(domain, { signal })) };
      try {
        onCall('get-xml-desc');
        const instance = describe(facts, await probe.getXmlDesc(domain, {}, { signal }));
        if (unreadable.delete(domain.uuid))
          logger.info({ id: domain.uuid }, 'definition of a domain can be read again');
        return instance;
      } catch (error) {
        signal.throwIfAborted();
        if (isNoDomain(error)) throw error;
        const reason = error instanceof Error ? error.message : String(error);
        if (unreadable.get(domain.uuid) !== reason) {
          logger.warn({ id: domain.uuid, domain: domain.name, err: error }, 'definition of a domain cannot be read');
        }
        unreadable.set(domain.uuid, reason);
        return describeBriefly(facts);
      }
    } catch (error) {
      signal.throwIfAborted();
      if (!isNoDomain(error)) throw error;
      unreadable.delete(domain.uuid);
      return undefined;
    }
  };

  const sync = async (signal: AbortSignal): Promise<void> => {
    syncDue = false;
    // What is told from here on comes after the list.
    dirty.clear();
    onCall('list-all-domains');
    const domains = await probe.listAllDomains({}, { signal });
    const instances = await mapLimit(domains, maxCalls, read, signal);
    inventory.replaceAll(instances.filter((instance) => instance !== undefined));
  };

  const refresh = async (signal: AbortSignal): Promise<void> => {
    const domains = [...dirty.values()];
    dirty.clear();
    await mapLimit(
      domains,
      maxCalls,
      async (domain, each) => {
        const instance = await read(domain, each);
        if (instance === undefined) inventory.remove(domain.uuid);
        else inventory.put(instance);
      },
      signal,
    );
  };

  const work = async (signal: AbortSignal, onComplete: () => void): Promise<never> => {
    let complete = false;
    for (;;) {
      if (syncDue) await sync(signal);
      else if (dirty.size > 0) await refresh(signal);
      else await bell.wait(signal);
      if (!complete) onComplete();
      complete = true;
    }
  };

  const resync = (): void => {
    syncDue = true;
    bell.ring();
  };

  const listen = async (events: AsyncIterable<LibvirtEvent>): Promise<never> => {
    for await (const event of events) {
      if (event.type === 'overflow') resync();
      else if ('domain' in event) suspect(event.domain);
    }
    throw await session.closed;
  };

  const resyncSlowly = async (signal: AbortSignal): Promise<never> => {
    for (;;) {
      await sleep(resyncMs, signal);
      resync();
    }
  };

  return {
    suspect,
    async follow(signal, onComplete) {
      const controller = new AbortController();
      const forward = (): void => controller.abort(signal.reason);
      const fail = (error: unknown): void => controller.abort(error);
      signal.addEventListener('abort', forward, { once: true });
      if (signal.aborted) forward();
      void session.closed.then(fail);
      try {
        // Registered before the list is read, so that nothing falls between the two.
        const events = await probe.subscribe(eventTypes, { signal: controller.signal });
        const parts = [listen(events), work(controller.signal, onComplete), resyncSlowly(controller.signal)];
        // The first one to fail ends the others, and all have ended before the reason is passed on.
        await Promise.all(parts.map((part) => part.catch(fail)));
        throw controller.signal.reason;
      } finally {
        signal.removeEventListener('abort', forward);
      }
    },
  };
}
