import { readNothing } from '../calls/call.ts';
import type { Call } from '../calls/call.ts';
import { LibvirtError } from '../error.ts';
import type { XdrReader } from '../xdr/reader.ts';
import { createEventBuffer } from './event-buffer.ts';
import type { EventBuffer } from './event-buffer.ts';
import { eventKinds } from './event.ts';
import type { DaemonEvent, EventType, LibvirtEvent } from './event.ts';

/** How to listen to events. */
export interface EventOptions {
  /** Ends the events: the reader gets the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /** Events kept for a slow reader; default 1024. One more, and an `overflow` event stands for all of them. */
  readonly maxBuffered?: number | undefined;
}

/** Events from the moment the daemon confirmed the registration, for one reader. Ending it deregisters. */
export interface EventSubscription extends AsyncIterableIterator<LibvirtEvent, undefined>, AsyncDisposable {
  return(): Promise<IteratorResult<LibvirtEvent, undefined>>;
}

/** The events of one connection. */
export interface EventHub {
  subscribe(types: readonly EventType[], options?: EventOptions): Promise<EventSubscription>;
  /** Gives an event to its subscription; false if there is none. */
  deliver(procedure: number, body: XdrReader): boolean;
  /** Ends all subscriptions, also those still to come, with `error`. */
  end(error: LibvirtError): void;
}

interface Registration {
  readonly type: EventType;
  readonly buffer: EventBuffer;
}

interface Subscriber {
  readonly buffer: EventBuffer;
  readonly callbackIds: number[];
  isOver: boolean;
}

/** The daemon may tell an event before it answers the registration that caused it; so many are kept meanwhile. */
const maxEarlyEvents = 256;

const typeOfProcedure = new Map<number, EventType>(
  (Object.keys(eventKinds) as EventType[]).map((type) => [eventKinds[type].procedure, type]),
);

/** `onDropped` is told of events that were kept early and then had no subscriber. */
export function createEventHub(call: Call, onDropped: (count: number) => void): EventHub {
  const registrations = new Map<number, Registration>();
  const subscribers = new Set<Subscriber>();
  const closeListeners = new Set<EventBuffer>();
  let early: { readonly callbackId: number; readonly event: DaemonEvent }[] = [];
  let registering = 0;
  let closeCallback: Promise<void> | undefined;

  const deregister = (callbackId: number): void => {
    registrations.delete(callbackId);
    // Nobody waits for it. Where it fails, the connection is over and the registration with it.
    call({
      procedure: 'CONNECT_DOMAIN_EVENT_CALLBACK_DEREGISTER_ANY',
      write: (writer) => writer.int32(callbackId),
      read: readNothing,
    }).catch(() => undefined);
  };

  const registerById = async (type: EventType, id: number, subscriber: Subscriber): Promise<void> => {
    registering++;
    try {
      const callbackId = await call({
        procedure: 'CONNECT_DOMAIN_EVENT_CALLBACK_REGISTER_ANY',
        subject: type,
        write: (writer) => writer.int32(id).uint32(0),
        read: (reader) => reader.int32(),
      });
      if (subscriber.isOver) return deregister(callbackId);
      subscriber.callbackIds.push(callbackId);
      registrations.set(callbackId, { type, buffer: subscriber.buffer });
      for (const { event } of early.filter((kept) => kept.callbackId === callbackId)) subscriber.buffer.push(event);
      early = early.filter((kept) => kept.callbackId !== callbackId);
    } finally {
      registering--;
      if (registering === 0) {
        onDropped(early.length);
        early = [];
      }
    }
  };

  /** There is one close callback for a connection, and it stays registered, for it costs nothing. */
  const registerClose = async (subscriber: Subscriber): Promise<void> => {
    closeListeners.add(subscriber.buffer);
    closeCallback ??= call({ procedure: 'CONNECT_REGISTER_CLOSE_CALLBACK', read: readNothing });
    try {
      await closeCallback;
    } catch (error) {
      closeCallback = undefined;
      throw error;
    }
  };

  const register = (type: EventType, subscriber: Subscriber): Promise<void> => {
    const { id } = eventKinds[type];
    return id === undefined ? registerClose(subscriber) : registerById(type, id, subscriber);
  };

  const finish = (subscriber: Subscriber): void => {
    subscriber.isOver = true;
    subscribers.delete(subscriber);
    closeListeners.delete(subscriber.buffer);
    for (const callbackId of subscriber.callbackIds.splice(0)) deregister(callbackId);
  };

  const subscribe = async (
    types: readonly EventType[],
    { signal, maxBuffered = 1024 }: EventOptions = {},
  ): Promise<EventSubscription> => {
    signal?.throwIfAborted();
    if (types.length === 0) throw new LibvirtError('invalid-argument', 'no types of events to subscribe to');
    if (!(maxBuffered >= 1))
      throw new LibvirtError('invalid-argument', `maxBuffered must be at least 1, not ${maxBuffered}`);
    const subscriber: Subscriber = { buffer: createEventBuffer(maxBuffered), callbackIds: [], isOver: false };
    subscribers.add(subscriber);
    const stop = (): void => {
      signal?.removeEventListener('abort', abort);
      finish(subscriber);
    };
    const abort = (): void => {
      stop();
      subscriber.buffer.cut({ error: signal?.reason });
    };
    try {
      await unlessAborted(Promise.all([...new Set(types)].map((type) => register(type, subscriber))), signal);
      signal?.throwIfAborted();
    } catch (error) {
      stop();
      throw error;
    }
    signal?.addEventListener('abort', abort, { once: true });
    const subscription: EventSubscription = {
      next: () => subscriber.buffer.next(),
      return: async () => {
        stop();
        subscriber.buffer.cut();
        return { done: true, value: undefined };
      },
      [Symbol.asyncIterator]: () => subscription,
      [Symbol.asyncDispose]: async () => {
        await subscription.return();
      },
    };
    return subscription;
  };

  const deliver = (procedure: number, body: XdrReader): boolean => {
    const type = typeOfProcedure.get(procedure);
    if (type === undefined) return false;
    const { id, read } = eventKinds[type];
    if (id === undefined) {
      const event = read(body);
      for (const buffer of closeListeners) buffer.push(event);
      return closeListeners.size > 0;
    }
    const callbackId = body.int32();
    const registration = registrations.get(callbackId);
    if (registration?.type === type) {
      registration.buffer.push(read(body));
      return true;
    }
    if (registration !== undefined || registering === 0 || early.length >= maxEarlyEvents) return false;
    early.push({ callbackId, event: read(body) });
    return true;
  };

  return {
    subscribe,
    deliver,
    end: (error) => {
      for (const { buffer } of subscribers) buffer.end(error);
      subscribers.clear();
    },
  };
}

/** Waits for `work`, which goes on alone when the signal aborts. */
function unlessAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return work;
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason as Error);
    const unlink = (): void => signal.removeEventListener('abort', abort);
    signal.addEventListener('abort', abort, { once: true });
    work.finally(unlink).then(resolve, reject);
  });
}
