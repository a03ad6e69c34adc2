import { mapLimit, raceAbort, sleep, waitAtMost } from '@nephometer/abortable';
import { LibvirtError } from '@nephometer/libvirt';
import type { Domain, LibvirtEvent } from '@nephometer/libvirt';
import type { Logger } from '@nephometer/service';
import type { Inventory } from '../inventory.ts';
import { createAgenda } from './agenda.ts';
import type { Cause, Look } from './agenda.ts';
import { createBell } from './bell.ts';
import { createMissedEvents } from './missed-events.ts';
import type { OnMissedEvents } from './missed-events.ts';
import { createDescriptionReader, unanswered } from './read-description.ts';
import type { OnCall, Session } from './session.ts';

/** Keeps an inventory in step with the domains of one session. */
export interface Descriptions {
  /** Looks at a domain again soon: something that was read does not fit its description. */
  suspect(domain: Domain): void;
  /**
   * Fills the inventory, calls `onComplete`, then follows the events until the session or `signal` ends; rejects with
   * the reason of either. Everything is read again every `resyncMs`, because an event may be missing. Called once. The
   * subscription lasts as long as the session: whoever ends the following closes that next.
   */
  follow(signal: AbortSignal, onComplete: () => void): Promise<never>;
}

/** What descriptions are made with. */
export interface DescriptionsSettings {
  readonly session: Pick<Session, 'events' | 'probe' | 'closed'>;
  readonly inventory: Inventory;
  readonly logger: Logger;
  readonly onCall: OnCall;
  /** Told of changes that a resync or a reading found although no event announced them. */
  readonly onMissedEvents: OnMissedEvents;
  /** What the log has said about definitions that cannot be read; handed from session to session. */
  readonly unreadable: Map<string, string>;
  /** Default 10 minutes. */
  readonly resyncMs?: number | undefined;
  /** Events kept while this process is busy; one more, and everything is read again. Default 1024. */
  readonly maxBufferedEvents?: number | undefined;
}

/** The daemon's own limit per connection is five; facts of the host need room as well. */
const maxCalls = 3;

/** Between the starts of two batches of news: a domain that changes all the time is read ten times a second, no more. */
const paceMs = 100;

/** How long the end of following waits for registrations that have just been sent. A daemon that is alive needs a few ms. */
const registeringMs = 500;

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
  const { session, inventory, logger, onCall, unreadable, resyncMs = 600_000, maxBufferedEvents } = settings;
  const { probe } = session;
  const bell = createBell();
  const missed = createMissedEvents({ logger, onMissed: settings.onMissedEvents });
  const agenda = createAgenda();
  let resyncDue = true;
  /** Until all has been read, nothing can be said about what was announced. */
  let eventsWereLost = true;
  let nextNewsMs = 0;

  const hint = (domain: Domain, cause: Cause): void => {
    agenda.hint(domain, cause);
    bell.ring();
  };
  const resync = (): void => {
    resyncDue = true;
    bell.ring();
  };

  const onAnswered = (domain: Domain): void => hint(domain, 'event');
  const reader = createDescriptionReader({ probe, logger, onCall, unreadable, onAnswered });

  /** The inventory has changed: did an event tell of it? */
  const account = (id: string, cause: Cause): void => {
    if (cause === 'event' || cause === 'fill' || agenda.isAnnounced(id)) return;
    missed.found(id, cause);
  };
  const remove = (id: string, cause: Cause): void => {
    reader.forget(id);
    if (inventory.remove(id)) account(id, cause);
  };

  /** `undefined` if libvirt cannot list now: it holds a domain for long, and what is known will do until the next resync. */
  const list = async (signal: AbortSignal): Promise<readonly Domain[] | undefined> => {
    try {
      return await probe.listAllDomains({}, { signal });
    } catch (error) {
      signal.throwIfAborted();
      const isLate = error instanceof LibvirtError && error.code === 'timeout';
      // Without a first list there is nothing to serve.
      if (!isLate || eventsWereLost) throw error;
      logger.info('libvirt does not list its domains in time, so that they are not read again now');
      return undefined;
    }
  };

  const beginResync = async (signal: AbortSignal): Promise<void> => {
    resyncDue = false;
    onCall('list-all-domains');
    const domains = await list(signal);
    if (domains === undefined) return;
    const cause = eventsWereLost ? 'fill' : 'resync';
    eventsWereLost = false;
    agenda.fill(domains, cause);
    const present = new Set(domains.map(({ uuid }) => uuid));
    // Whoever was defined after the list was made is not in the inventory yet: only this loop puts in.
    for (const { id } of inventory.list()) if (!present.has(id)) remove(id, cause);
  };

  const look = async ({ domain, cause }: Look, signal: AbortSignal): Promise<void> => {
    const instance = await reader.read(domain, signal);
    // What is known of it stays; it is looked at again once libvirt has answered.
    if (instance === unanswered) return;
    if (instance === undefined) remove(domain.uuid, cause);
    else if (inventory.put(instance)) account(domain.uuid, cause);
  };

  const pace = async (signal: AbortSignal): Promise<void> => {
    const waitMs = nextNewsMs - performance.now();
    if (waitMs > 0) await sleep(waitMs, signal);
    nextNewsMs = performance.now() + paceMs;
  };

  const work = async (signal: AbortSignal, onComplete: () => void): Promise<never> => {
    let complete = false;
    for (;;) {
      // One that has begun is finished first: news that never ends must not begin it over and over.
      if (resyncDue && agenda.left === 0) await beginResync(signal);
      if (agenda.left === 0) {
        signal.throwIfAborted();
        if (!complete) onComplete();
        complete = true;
        if (agenda.news === 0) {
          await bell.wait(signal);
          continue;
        }
        await pace(signal);
      }
      await mapLimit(agenda.take(), maxCalls, look, signal);
    }
  };

  const listen = async (events: AsyncIterable<LibvirtEvent>): Promise<never> => {
    for await (const event of events) {
      if (event.type === 'overflow') {
        logger.debug({ dropped: event.dropped }, 'too many events at once, reading all descriptions');
        missed.forget();
        eventsWereLost = true;
        agenda.correct('fill');
        resync();
      } else if ('domain' in event) {
        missed.announced(event.domain.uuid);
        hint(event.domain, 'event');
      }
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
    suspect: (domain) => hint(domain, 'reading'),
    async follow(signal, onComplete) {
      signal.throwIfAborted();
      const controller = new AbortController();
      const forward = (): void => controller.abort(signal.reason);
      const fail = (error: unknown): void => controller.abort(error);
      signal.addEventListener('abort', forward, { once: true });
      void session.closed.then(fail);
      // Without a signal: one that aborts ends a subscription with calls.
      const registered = session.events.subscribe(eventTypes, { maxBuffered: maxBufferedEvents });
      try {
        const own = controller.signal;
        // Registered before the list is read, so that nothing falls between the two.
        const events = await raceAbort(registered, own);
        const parts = [raceAbort(listen(events), own), work(own, onComplete), resyncSlowly(own), missed.watch(own)];
        // The first one to fail ends the others, and all have ended before the reason is passed on.
        await Promise.all(parts.map((part) => part.catch(fail)));
        throw controller.signal.reason;
      } catch (error) {
        // Registrations are calls as well: what is closed next must have none, if the daemon still answers.
        const settled = registered.then(
          () => undefined,
          () => undefined,
        );
        await waitAtMost(settled, registeringMs, new AbortController().signal);
        throw error;
      } finally {
        signal.removeEventListener('abort', forward);
      }
    },
  };
}
