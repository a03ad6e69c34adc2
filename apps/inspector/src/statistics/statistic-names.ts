import type {
  CpuStatistics,
  DirtyRateStatistics,
  DiskStatistics,
  IothreadStatistics,
  MemoryStatistics,
  PerfStatistics,
  VcpuCount,
  VcpuStatistics,
  VnicStatistics,
} from '@nephometer/inspector-api';

/** Every statistic of a message and its name in the API. A field that the message has and its table lacks does not compile. */
export type NamesOf<T, Identity extends keyof T = never> = Readonly<Record<Exclude<keyof T, Identity>, string>>;

/** The group CPU. */
export const cpuNames: NamesOf<CpuStatistics> = {
  timeNs: 'time_ns',
  userNs: 'user_ns',
  systemNs: 'system_ns',
  haltpollSuccessNs: 'haltpoll_success_ns',
  haltpollFailNs: 'haltpoll_fail_ns',
};

/** Of VCPU, what the instance has once. */
export const vcpuCountNames: NamesOf<VcpuCount> = { current: 'current', maximum: 'maximum' };

/** Of VCPU, what each virtual CPU has. */
export const vcpuNames: NamesOf<VcpuStatistics, 'number'> = {
  state: 'state',
  timeNs: 'time_ns',
  waitNs: 'wait_ns',
  delayNs: 'delay_ns',
  halted: 'halted',
};

/** The group MEMORY. */
export const memoryNames: NamesOf<MemoryStatistics> = {
  currentKib: 'current_kib',
  maximumKib: 'maximum_kib',
  swapInKib: 'swap_in_kib',
  swapOutKib: 'swap_out_kib',
  majorFaults: 'major_faults',
  minorFaults: 'minor_faults',
  unusedKib: 'unused_kib',
  availableKib: 'available_kib',
  usableKib: 'usable_kib',
  lastUpdateSeconds: 'last_update_seconds',
  diskCachesKib: 'disk_caches_kib',
  hugetlbAllocations: 'hugetlb_allocations',
  hugetlbFailures: 'hugetlb_failures',
  residentKib: 'resident_kib',
};

/** What each card has. */
export const vnicNames: NamesOf<VnicStatistics, 'index' | 'device'> = {
  receiveBytes: 'receive_bytes',
  receivePackets: 'receive_packets',
  receiveErrors: 'receive_errors',
  receiveDrops: 'receive_drops',
  transmitBytes: 'transmit_bytes',
  transmitPackets: 'transmit_packets',
  transmitErrors: 'transmit_errors',
  transmitDrops: 'transmit_drops',
};

/** What each disk has. */
export const diskNames: NamesOf<DiskStatistics, 'index' | 'device'> = {
  path: 'path',
  backingIndex: 'backing_index',
  readRequests: 'read_requests',
  readBytes: 'read_bytes',
  readTimeNs: 'read_time_ns',
  writeRequests: 'write_requests',
  writeBytes: 'write_bytes',
  writeTimeNs: 'write_time_ns',
  flushRequests: 'flush_requests',
  flushTimeNs: 'flush_time_ns',
  errors: 'errors',
  allocationBytes: 'allocation_bytes',
  capacityBytes: 'capacity_bytes',
  physicalBytes: 'physical_bytes',
  thresholdBytes: 'threshold_bytes',
  sourceSizeBytes: 'source_size_bytes',
};

/** The group PERF. */
export const perfNames: NamesOf<PerfStatistics> = {
  cacheOccupancyBytes: 'cache_occupancy_bytes',
  memoryBandwidthTotal: 'memory_bandwidth_total',
  memoryBandwidthLocal: 'memory_bandwidth_local',
  cpuCycles: 'cpu_cycles',
  instructions: 'instructions',
  cacheReferences: 'cache_references',
  cacheMisses: 'cache_misses',
  branchInstructions: 'branch_instructions',
  branchMisses: 'branch_misses',
  busCycles: 'bus_cycles',
  stalledCyclesFrontend: 'stalled_cycles_frontend',
  stalledCyclesBackend: 'stalled_cycles_backend',
  referenceCpuCycles: 'reference_cpu_cycles',
  cpuClockNs: 'cpu_clock_ns',
  taskClockNs: 'task_clock_ns',
  pageFaults: 'page_faults',
  contextSwitches: 'context_switches',
  cpuMigrations: 'cpu_migrations',
  pageFaultsMinor: 'page_faults_minor',
  pageFaultsMajor: 'page_faults_major',
  alignmentFaults: 'alignment_faults',
  emulationFaults: 'emulation_faults',
};

/** What each I/O thread has. */
export const iothreadNames: NamesOf<IothreadStatistics, 'id'> = {
  pollMaxNs: 'poll_max_ns',
  pollGrow: 'poll_grow',
  pollShrink: 'poll_shrink',
};

/** The group DIRTY_RATE without its list of virtual CPUs: most methods of measuring tell none, which is a true answer. */
export const dirtyRateNames: NamesOf<DirtyRateStatistics, 'vcpus'> = {
  status: 'status',
  startTimeSeconds: 'start_time_seconds',
  periodSeconds: 'period_seconds',
  mode: 'mode',
  mibPerSecond: 'mib_per_second',
};
