import { metadataTypes } from '../calls/domain.ts';
import type { MetadataType } from '../calls/domain.ts';
import { readDomain } from '../wire/domain.ts';
import type { Domain } from '../wire/domain.ts';
import { readTypedParams } from '../wire/typed-params.ts';
import type { TypedParam } from '../wire/typed-params.ts';
import type { XdrReader } from '../xdr/reader.ts';

// prettier-ignore
const lifecycleNames = [
  'defined', 'undefined', 'started', 'suspended', 'resumed', 'stopped', 'shutdown', 'pmsuspended', 'crashed',
] as const;

// prettier-ignore
const lifecycleDetails: readonly (readonly string[])[] = [
  ['added', 'updated', 'renamed', 'from-snapshot'],
  ['removed', 'renamed'],
  ['booted', 'migrated', 'restored', 'from-snapshot', 'wakeup'],
  [
    'paused', 'migrated', 'ioerror', 'watchdog', 'restored', 'from-snapshot', 'api-error', 'postcopy', 'postcopy-failed',
  ],
  ['unpaused', 'migrated', 'from-snapshot', 'postcopy', 'postcopy-failed'],
  ['shutdown', 'destroyed', 'crashed', 'migrated', 'saved', 'failed', 'from-snapshot'],
  ['finished', 'guest', 'host'],
  ['memory', 'disk'],
  ['panicked', 'crashloaded'],
];

const agentStates = ['unknown-0', 'connected', 'disconnected'] as const;
const agentReasons = ['unknown', 'domain-started', 'channel'] as const;
const closeReasons = ['error', 'eof', 'keepalive', 'client'] as const;

/** Stands for a number that is newer than this client. */
type Unknown = `unknown-${number}`;

/** A domain changed its state. QEMU tells a start as `resumed` and then `started`; `detail` says how or why. */
export interface LifecycleEvent {
  readonly type: 'lifecycle';
  /** Its id is -1 when the event left it inactive. */
  readonly domain: Domain;
  readonly event: (typeof lifecycleNames)[number] | Unknown;
  /** For example `booted`, `destroyed`; `unknown-<n>` if it is newer than this client. */
  readonly detail: string;
}

/** The guest rebooted. QEMU tells each reset twice. */
export interface RebootEvent {
  readonly type: 'reboot';
  readonly domain: Domain;
}

/** The guest's memory balloon has a new size. */
export interface BalloonChangeEvent {
  readonly type: 'balloon-change';
  readonly domain: Domain;
  readonly actualKib: bigint;
}

/** A device came or is gone; `alias` is the one in the domain's XML. */
export interface DeviceEvent {
  readonly type: 'device-added' | 'device-removed';
  readonly domain: Domain;
  readonly alias: string;
}

/** The guest agent's channel was opened or closed. */
export interface AgentLifecycleEvent {
  readonly type: 'agent-lifecycle';
  readonly domain: Domain;
  readonly state: (typeof agentStates)[number] | Unknown;
  readonly reason: (typeof agentReasons)[number] | Unknown;
}

/** A migration, save, dump or the like is over; `params` are those of `getJobStats`. */
export interface JobCompletedEvent {
  readonly type: 'job-completed';
  readonly domain: Domain;
  readonly params: readonly TypedParam[];
}

/** The domain's metadata was set or removed. */
export interface MetadataChangeEvent {
  readonly type: 'metadata-change';
  readonly domain: Domain;
  readonly metadata: MetadataType | Unknown;
  /** The namespace of a custom element. */
  readonly uri: string | undefined;
}

/** The daemon's own connection to its hypervisor broke. The death of the daemon itself ends the events instead. */
export interface ConnectionClosedEvent {
  readonly type: 'connection-closed';
  readonly reason: (typeof closeReasons)[number] | Unknown;
}

/** Ours: `dropped` events were thrown away because nobody took them in time. Look at the domains anew. */
export interface OverflowEvent {
  readonly type: 'overflow';
  readonly dropped: number;
}

/** What the daemon tells. */
export type DaemonEvent =
  | LifecycleEvent
  | RebootEvent
  | BalloonChangeEvent
  | DeviceEvent
  | AgentLifecycleEvent
  | JobCompletedEvent
  | MetadataChangeEvent
  | ConnectionClosedEvent;

/** What a subscription yields. */
export type LibvirtEvent = DaemonEvent | OverflowEvent;

/** What can be subscribed to. */
export type EventType = DaemonEvent['type'];

/** How a type is registered (undefined: by the close callback), the procedure of its messages, and their body. */
interface EventKind {
  readonly id: number | undefined;
  readonly procedure: number;
  /** Reads what follows the callback id. */
  readonly read: (reader: XdrReader) => DaemonEvent;
}

const maxJobParams = 262_144;

/** The numbers and layouts of libvirt's event messages. */
export const eventKinds: Readonly<Record<EventType, EventKind>> = {
  lifecycle: { id: 0, procedure: 318, read: readLifecycle },
  reboot: { id: 1, procedure: 319, read: (reader) => ({ type: 'reboot', domain: readDomain(reader) }) },
  'balloon-change': {
    id: 13,
    procedure: 331,
    read: (reader) => ({ type: 'balloon-change', domain: readDomain(reader), actualKib: reader.uint64() }),
  },
  'device-removed': {
    id: 15,
    procedure: 333,
    read: (reader) => ({ type: 'device-removed', domain: readDomain(reader), alias: reader.string() }),
  },
  'agent-lifecycle': {
    id: 18,
    procedure: 348,
    read: (reader) => ({
      type: 'agent-lifecycle',
      domain: readDomain(reader),
      state: word(agentStates, reader.int32()),
      reason: word(agentReasons, reader.int32()),
    }),
  },
  'device-added': {
    id: 19,
    procedure: 354,
    read: (reader) => ({ type: 'device-added', domain: readDomain(reader), alias: reader.string() }),
  },
  'job-completed': {
    id: 21,
    procedure: 363,
    read: (reader) => ({
      type: 'job-completed',
      domain: readDomain(reader),
      params: readTypedParams(reader, maxJobParams),
    }),
  },
  'metadata-change': {
    id: 23,
    procedure: 379,
    read: (reader) => ({
      type: 'metadata-change',
      domain: readDomain(reader),
      metadata: word(metadataTypes, reader.int32()),
      uri: reader.optionalString(),
    }),
  },
  'connection-closed': {
    id: undefined,
    procedure: 362,
    read: (reader) => ({ type: 'connection-closed', reason: word(closeReasons, reader.int32()) }),
  },
};

function readLifecycle(reader: XdrReader): LifecycleEvent {
  const domain = readDomain(reader);
  const event = reader.int32();
  const detail = reader.int32();
  return {
    type: 'lifecycle',
    domain,
    event: word(lifecycleNames, event),
    detail: word(lifecycleDetails[event] ?? [], detail),
  };
}

function word<W extends string>(words: readonly W[], number: number): W | Unknown {
  return words[number] ?? `unknown-${number}`;
}
