import { InstanceState } from '@nephometer/inspector-api';

/** The two words that Ceilometer's metadata has for the state of an instance. */
export interface StateWords {
  /** `state`: in Nova's words a power state. */
  readonly state: string;
  /** `status`: in Nova's words the status of a server, in lower case. */
  readonly status: string;
}

const pending: StateWords = { state: 'pending', status: 'building' };
const running: StateWords = { state: 'running', status: 'active' };
const shutdown: StateWords = { state: 'shutdown', status: 'stopped' };

const words = new Map<InstanceState, StateWords>([
  [InstanceState.NO_STATE, pending],
  [InstanceState.RUNNING, running],
  [InstanceState.BLOCKED, running],
  [InstanceState.PAUSED, { state: 'paused', status: 'paused' }],
  [InstanceState.SHUTTING_DOWN, shutdown],
  [InstanceState.SHUT_OFF, shutdown],
  [InstanceState.CRASHED, { state: 'crashed', status: 'error' }],
  [InstanceState.PM_SUSPENDED, { state: 'suspended', status: 'suspended' }],
]);

/** The words of a state; a state that is not known has those of "no state". */
export function stateWords(state: InstanceState): StateWords {
  return words.get(state) ?? pending;
}
