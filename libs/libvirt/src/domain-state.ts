/*
 * The words for libvirt's domain states and their reasons (`virDomainState`, `virDomainRunningReason`, ... of its public
 * header libvirt-domain.h), by number.
 */

const stateNames = [
  'nostate',
  'running',
  'blocked',
  'paused',
  'shutdown',
  'shutoff',
  'crashed',
  'pmsuspended',
] as const;

/** A state's word; `unknown-<n>` for one that is newer than this client. */
export type DomainStateName = (typeof stateNames)[number] | `unknown-${number}`;

// prettier-ignore
const reasonNames: readonly (readonly string[])[] = [
  ['unknown'],
  [
    'unknown', 'booted', 'migrated', 'restored', 'from-snapshot', 'unpaused', 'migration-cancelled', 'save-cancelled',
    'wakeup', 'crashed', 'postcopy', 'postcopy-failed',
  ],
  ['unknown'],
  [
    'unknown', 'user', 'migration', 'save', 'dump', 'ioerror', 'watchdog', 'from-snapshot', 'shutting-down', 'snapshot',
    'crashed', 'starting-up', 'postcopy', 'postcopy-failed', 'api-error',
  ],
  ['unknown', 'user'],
  ['unknown', 'shutdown', 'destroyed', 'crashed', 'migrated', 'saved', 'failed', 'from-snapshot', 'daemon'],
  ['unknown', 'panicked'],
  ['unknown'],
];

/** The word for a domain's state, for example 1 is `running`. */
export function domainStateName(state: number): DomainStateName {
  return stateNames[state] ?? `unknown-${state}`;
}

/** The word for the reason of a state, for example (5, 2) is `destroyed`; `unknown-<n>` if it is newer. */
export function domainStateReason(state: number, reason: number): string {
  return reasonNames[state]?.[reason] ?? `unknown-${reason}`;
}
