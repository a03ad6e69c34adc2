import { StatisticsGroup } from '@nephometer/inspector-api';
import type { MemoryStatistics } from '@nephometer/inspector-api';
import type { Pollster } from '@nephometer/plugin';
import type { Meter } from '@nephometer/sample';
import { createInstancePollster } from './instance-pollster.ts';
import { kibToMib } from './volume.ts';

interface MemoryMeter extends Meter {
  /** In KiB; `undefined` if it was not read. */
  readonly kib: (memory: MemoryStatistics) => bigint | undefined;
}

const meters: readonly MemoryMeter[] = [
  { name: 'memory', type: 'gauge', unit: 'MiB', kib: (memory) => memory.currentKib },
  { name: 'memory.available', type: 'gauge', unit: 'MiB', kib: (memory) => memory.availableKib },
  { name: 'memory.usage', type: 'gauge', unit: 'MiB', kib: usedKib },
  { name: 'memory.resident', type: 'gauge', unit: 'MiB', kib: (memory) => memory.residentKib },
  { name: 'memory.swap.in', type: 'cumulative', unit: 'MiB', kib: (memory) => ifSwapsKnown(memory, memory.swapInKib) },
  {
    name: 'memory.swap.out',
    type: 'cumulative',
    unit: 'MiB',
    kib: (memory) => ifSwapsKnown(memory, memory.swapOutKib),
  },
];

/** `memory` and `memory.*`. All but `memory` and `memory.resident` need a guest with a balloon driver. */
export const memoryPollsters: readonly Pollster[] = meters.map(({ kib, ...meter }) =>
  createInstancePollster({
    ...meter,
    needs: [StatisticsGroup.MEMORY],
    volume({ memory }) {
      const value = memory && kib(memory);
      return value === undefined ? undefined : kibToMib(value);
    },
  }),
);

/** What the guest's system sees less what it could still use; guests too old to tell that tell what is unused. */
function usedKib({ availableKib, usableKib, unusedKib }: MemoryStatistics): bigint | undefined {
  const free = usableKib ?? unusedKib;
  return availableKib === undefined || free === undefined ? undefined : availableKib - free;
}

/** One swap counter without the other is not trusted, as in Ceilometer. */
function ifSwapsKnown({ swapInKib, swapOutKib }: MemoryStatistics, kib: bigint | undefined): bigint | undefined {
  return swapInKib === undefined || swapOutKib === undefined ? undefined : kib;
}
