import { StatisticsGroup } from '@nephometer/inspector-api';
import type { PerfStatistics } from '@nephometer/inspector-api';
import type { Pollster } from '@nephometer/plugin';
import type { Compat } from '@nephometer/sample';
import { createInstancePollster } from './instance-pollster.ts';
import { only19, since19 } from './meter-row.ts';
import type { MeterRow } from './meter-row.ts';
import { toVolume } from './volume.ts';

interface PerfRow extends MeterRow {
  readonly event: (perf: PerfStatistics) => bigint | undefined;
}

/** Performance events. Each is there only if it was enabled on the guest, with `virsh perf` for example. */
export const perfRows: readonly PerfRow[] = [
  {
    name: 'perf.cpu.cycles',
    type: 'gauge',
    unit: '',
    versions: since19,
    description: 'CPU cycles, counted since the event was enabled.',
    event: (perf) => perf.cpuCycles,
  },
  {
    name: 'perf.instructions',
    type: 'gauge',
    unit: '',
    versions: since19,
    description: 'Instructions, counted since the event was enabled.',
    event: (perf) => perf.instructions,
  },
  {
    name: 'perf.cache.references',
    type: 'gauge',
    unit: '',
    versions: since19,
    description: 'Cache references, counted since the event was enabled.',
    event: (perf) => perf.cacheReferences,
  },
  {
    name: 'perf.cache.misses',
    type: 'gauge',
    unit: '',
    versions: since19,
    description: 'Cache misses, counted since the event was enabled.',
    event: (perf) => perf.cacheMisses,
  },
  {
    name: 'cpu_l3_cache',
    type: 'gauge',
    unit: 'B',
    versions: only19,
    description: 'Last level cache in use (`cmt`; only kernels before 4.14 have it).',
    event: (perf) => perf.cacheOccupancyBytes,
  },
  {
    name: 'memory.bandwidth.total',
    type: 'gauge',
    unit: 'B/s',
    versions: only19,
    description: 'Memory bandwidth, all (`mbmt`; only kernels before 4.14 have it).',
    event: (perf) => perf.memoryBandwidthTotal,
  },
  {
    name: 'memory.bandwidth.local',
    type: 'gauge',
    unit: 'B/s',
    versions: only19,
    description: "Memory bandwidth to the CPU's own memory (`mbml`; only kernels before 4.14 have it).",
    event: (perf) => perf.memoryBandwidthLocal,
  },
];

/** The pollsters of {@link perfRows} at one version. */
export function createPerfPollsters(compat: Compat): readonly Pollster[] {
  return perfRows.map(({ event, ...row }) =>
    createInstancePollster(
      {
        ...row,
        needs: [StatisticsGroup.PERF],
        volume({ statistics: { perf } }) {
          const value = perf && event(perf);
          return value === undefined ? undefined : toVolume(value);
        },
      },
      compat,
    ),
  );
}
