import type { Pollster } from '@nephometer/plugin';
import { cpuPollsters } from './cpu.ts';
import { diskDevicePollsters } from './disk-device.ts';
import { memoryPollsters } from './memory.ts';
import { networkPollsters } from './network.ts';
import { powerStatePollster } from './power-state.ts';

/** All pollsters of this package, by family; their names are unique. */
export const pollsters: readonly Pollster[] = [
  ...cpuPollsters,
  powerStatePollster,
  ...memoryPollsters,
  ...diskDevicePollsters,
  ...networkPollsters,
];

/** The meters they give: what a pattern in polling.yaml can match. */
export const meterNames: readonly string[] = pollsters.map(({ name }) => name);
