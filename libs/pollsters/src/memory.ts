import { StatisticsGroup } from '@nephometer/inspector-api';
import type { MemoryStatistics } from '@nephometer/inspector-api';
import type { Pollster } from '@nephometer/plugin';
import type { Compat } from '@nephometer/sample';
import { createInstancePollster } from './instance-pollster.ts';
import { all, onlyHead, rowAt, since19 } from './meter-row.ts';
import type { MeterRow, Versioned } from './meter-row.ts';
import { kibToMib } from './volume.ts';

interface MemoryRow extends MeterRow {
  /** In KiB; `undefined` if it was not read. */
  readonly kib: (memory: MemoryStatistics) => bigint | undefined;
  /** Whether the fraction of a MiB is cut off. Default false. */
  readonly isWhole?: boolean;
}

// "MB" and "MiB" are the same 1024 KiB. In 2015 Python 2 divided whole numbers, and cut off the fraction.
const in2015 = { unit: 'MB', isFloat: false, isWhole: true };

/** `memory` and `memory.*` but for the bandwidths. All but `memory` and `memory.resident` need a balloon driver in the guest. */
export const memoryRows: readonly Versioned<MemoryRow>[] = [
  {
    name: 'memory',
    type: 'gauge',
    unit: 'MiB',
    isFloat: true,
    versions: onlyHead,
    description: 'Memory the guest has now.',
    kib: (memory) => memory.currentKib,
  },
  {
    name: 'memory.available',
    type: 'gauge',
    unit: 'MiB',
    isFloat: true,
    versions: onlyHead,
    description: "Memory the guest's system sees. Needs its balloon driver.",
    kib: (memory) => memory.availableKib,
  },
  {
    name: 'memory.usage',
    type: 'gauge',
    unit: 'MiB',
    isFloat: true,
    versions: all,
    description:
      "Memory in use: what the guest's system sees less what it could use (in 2015, less what it has not touched)." +
      ' Needs its balloon driver.',
    kib: ({ availableKib, usableKib, unusedKib }) => usedKib(availableKib, usableKib ?? unusedKib),
    at: {
      '2015': { ...in2015, kib: ({ availableKib, unusedKib }) => usedKib(availableKib, unusedKib) },
      '19.0.0': { unit: 'MB' },
    },
  },
  {
    name: 'memory.resident',
    type: 'gauge',
    unit: 'MiB',
    isFloat: true,
    versions: all,
    description: "Memory of the host that the guest's process occupies.",
    kib: (memory) => memory.residentKib,
    at: { '2015': in2015, '19.0.0': { unit: 'MB' } },
  },
  {
    name: 'memory.swap.in',
    type: 'cumulative',
    unit: 'MiB',
    isFloat: true,
    versions: since19,
    description: 'Read back from swap since the guest booted. Needs its balloon driver.',
    kib: (memory) => ifSwapsKnown(memory, memory.swapInKib),
    at: { '2015': { unit: 'MB' }, '19.0.0': { unit: 'MB' } },
  },
  {
    name: 'memory.swap.out',
    type: 'cumulative',
    unit: 'MiB',
    isFloat: true,
    versions: since19,
    description: 'Written to swap since the guest booted. Needs its balloon driver.',
    kib: (memory) => ifSwapsKnown(memory, memory.swapOutKib),
    at: { '2015': { unit: 'MB' }, '19.0.0': { unit: 'MB' } },
  },
];

/** The pollsters of {@link memoryRows} at one version. */
export function createMemoryPollsters(compat: Compat): readonly Pollster[] {
  return memoryRows.map((versioned) => {
    const { kib, isWhole, ...row } = rowAt(versioned, compat);
    const inUnit = isWhole === true ? (value: bigint): number => Math.floor(kibToMib(value)) : kibToMib;
    return createInstancePollster(
      {
        ...row,
        needs: [StatisticsGroup.MEMORY],
        volume({ statistics: { memory } }) {
          const value = memory && kib(memory);
          return value === undefined ? undefined : inUnit(value);
        },
      },
      compat,
    );
  });
}

/**
 * Zero counts as a value at every version. In 2015 it counted as missing, so that a guest which ran out of memory lost its
 * samples just then.
 */
function usedKib(availableKib: bigint | undefined, freeKib: bigint | undefined): bigint | undefined {
  return availableKib === undefined || freeKib === undefined ? undefined : availableKib - freeKib;
}

/** One swap counter without the other is not trusted, as in Ceilometer. */
function ifSwapsKnown({ swapInKib, swapOutKib }: MemoryStatistics, kib: bigint | undefined): bigint | undefined {
  return swapInKib === undefined || swapOutKib === undefined ? undefined : kib;
}
