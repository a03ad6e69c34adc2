import { blockCalls } from './calls/block.ts';
import type { BlockCalls } from './calls/block.ts';
import type { Call } from './calls/call.ts';
import { controlCalls } from './calls/control.ts';
import type { ControlCalls } from './calls/control.ts';
import { daemonCalls } from './calls/daemon.ts';
import type { DaemonCalls } from './calls/daemon.ts';
import { domainStatsCalls } from './calls/domain-stats.ts';
import type { DomainStatsCalls } from './calls/domain-stats.ts';
import { domainCalls } from './calls/domain.ts';
import type { DomainCalls } from './calls/domain.ts';
import { jobCalls } from './calls/job.ts';
import type { JobCalls } from './calls/job.ts';
import { nodeCalls } from './calls/node.ts';
import type { NodeCalls } from './calls/node.ts';
import { statsCalls } from './calls/stats.ts';
import type { StatsCalls } from './calls/stats.ts';
import { storageCalls } from './calls/storage.ts';
import type { StorageCalls } from './calls/storage.ts';
import type { Channel, DropReason } from './channel.ts';
import type { LibvirtError } from './error.ts';
import { createEventHub } from './events/event-hub.ts';
import type { EventOptions, EventSubscription } from './events/event-hub.ts';
import type { EventType, LibvirtEvent } from './events/event.ts';
import { daemonOf } from './sockets.ts';

/** What a connection is and how it lives, apart from the procedures it can call. */
export interface ConnectionLife extends AsyncDisposable {
  /** As given to `connect`. */
  readonly uri: string;
  readonly socketPath: string;
  /** The daemon by the name of its socket: `libvirtd` (or virtproxyd in its place), `virtqemud`, ... */
  readonly daemon: string;
  /** Calls sent that the daemon has not answered, given-up ones included: each still holds its slot. */
  readonly outstanding: number;
  /** Calls waiting for a slot. */
  readonly queued: number;
  /** Frames from the daemon that were thrown away without harm, by reason. */
  readonly dropped: Readonly<Record<DropReason, number>>;
  /** Resolves with the reason when the connection has ended, however it ended. Never rejects. */
  readonly closed: Promise<LibvirtError>;
  /** Fails all calls and events with code `closed`; resolves when the socket is closed. Safe twice. */
  close(): Promise<void>;
  /**
   * Subscribes to events; resolves once the daemon has registered them all, so that whoever lists the domains after it
   * misses nothing. When the connection ends, what came before is handed out, then the connection's error is thrown.
   *
   * libvirtd 9.0.0 may crash when a connection that has events registered is closed while a call of it is not answered,
   * and ending a subscription is such a call. Who closes connections should hear events on one that does nothing else, and
   * close that one without ending the subscription before.
   */
  subscribe(types: readonly EventType[], options?: EventOptions): Promise<EventSubscription>;
  /** The same for a plain `for await`: each loop over it subscribes when it starts and deregisters when it is left. */
  events(types: readonly EventType[], options?: EventOptions): AsyncIterable<LibvirtEvent>;
}

/**
 * A connection to a libvirt daemon. Calls may overlap; the daemon answers them in any order. Each rejects with its
 * signal's reason when aborted, else with a LibvirtError: `libvirt` for an answer that is an error, `timeout`,
 * `queue-full`, `invalid-argument`, or, like all others with it, what ended the connection (`connection-lost`,
 * `protocol-error`, `closed`).
 */
export interface Connection
  extends
    ConnectionLife,
    DaemonCalls,
    DomainCalls,
    StatsCalls,
    DomainStatsCalls,
    BlockCalls,
    JobCalls,
    NodeCalls,
    StorageCalls,
    ControlCalls {}

/** The connection over a channel whose driver has been opened. */
export function createConnection(channel: Channel, uri: string): Connection {
  const call: Call = (request, options) => channel.call(request, options);
  const hub = createEventHub(call, (count) => {
    channel.dropped.event += count;
  });
  channel.listen((procedure, body) => hub.deliver(procedure, body));
  void channel.closed.then((error) => hub.end(error));

  return {
    ...daemonCalls(call),
    ...domainCalls(call),
    ...statsCalls(call),
    ...domainStatsCalls(call),
    ...blockCalls(call),
    ...jobCalls(call),
    ...nodeCalls(call),
    ...storageCalls(call),
    ...controlCalls(call),
    uri,
    socketPath: channel.socketPath,
    daemon: daemonOf(channel.socketPath),
    dropped: channel.dropped,
    closed: channel.closed,
    get outstanding() {
      return channel.outstanding;
    },
    get queued() {
      return channel.queued;
    },
    close: () => channel.close(),
    subscribe: (types, options) => hub.subscribe(types, options),
    events: (types, options) => ({
      async *[Symbol.asyncIterator]() {
        yield* await hub.subscribe(types, options);
      },
    }),
    [Symbol.asyncDispose]: () => channel.close(),
  };
}
