import { InstanceState, StatisticsGroup } from '@nephometer/inspector-api';
import type { Pollster } from '@nephometer/plugin';
import { createInstancePollster } from './instance-pollster.ts';

/** `power.state`: libvirt's number of the state (`virDomainState`), which on the API is one higher. */
export const powerStatePollster: Pollster = createInstancePollster({
  name: 'power.state',
  type: 'gauge',
  unit: '',
  needs: [StatisticsGroup.STATE],
  volume: ({ state }) => (state === undefined || state <= InstanceState.UNSPECIFIED ? undefined : state - 1),
});
