import { domainStateReason } from '@nephometer/libvirt';
import { InstanceState } from '@nephometer/inspector-api';

const states: readonly InstanceState[] = [
  InstanceState.NO_STATE,
  InstanceState.RUNNING,
  InstanceState.BLOCKED,
  InstanceState.PAUSED,
  InstanceState.SHUTTING_DOWN,
  InstanceState.SHUT_OFF,
  InstanceState.CRASHED,
  InstanceState.PM_SUSPENDED,
];

/** State of an instance from libvirt's number; one that is not known yet is NO_STATE. */
export function instanceState(state: number): InstanceState {
  return states[state] ?? InstanceState.NO_STATE;
}

/** libvirt's word for a reason; empty if libvirt or we do not know it. */
export function stateReason(state: number, reason: number): string {
  const word = domainStateReason(state, reason);
  return word.startsWith('unknown') ? '' : word;
}
