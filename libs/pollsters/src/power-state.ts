import { InstanceState, StatisticsGroup } from '@nephometer/inspector-api';
import type { InstanceRow } from './instance-pollster.ts';
import { onlyHead } from './meter-row.ts';
import type { Versioned } from './meter-row.ts';

/** `power.state`: libvirt's number of the state (`virDomainState`), which on the API is one higher. */
export const powerStateRow: Versioned<InstanceRow> = {
  name: 'power.state',
  type: 'gauge',
  unit: '',
  versions: onlyHead,
  description:
    'State of the guest as a number: 0 none, 1 running, 2 blocked, 3 paused, 4 shutting down, 6 crashed, 7 suspended.' +
    ' A guest that is off gives no sample.',
  needs: [StatisticsGroup.STATE],
  volume: ({ statistics: { state } }) =>
    state === undefined || state <= InstanceState.UNSPECIFIED ? undefined : state - 1,
};
