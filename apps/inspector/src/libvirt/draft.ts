import { InstanceStatistics } from '@nephometer/inspector-api';
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

/** Statistics of one instance while its record is read; each part is made when its first field comes. */
export interface Draft {
  readonly statistics: InstanceStatistics;
  /** libvirt's numbers; the state is undefined until the record told it. */
  libvirtState: number | undefined;
  libvirtReason: number;
  cpu(): CpuStatistics;
  vcpuCount(): VcpuCount;
  memory(): MemoryStatistics;
  perf(): PerfStatistics;
  dirtyRate(): DirtyRateStatistics;
  vcpu(number: number): VcpuStatistics;
  disk(index: number): DiskStatistics;
  vnic(index: number): VnicStatistics;
  iothread(id: number): IothreadStatistics;
}

/** An empty draft. */
export function createDraft(id: string, name: string): Draft {
  const statistics = InstanceStatistics.create({ id, name });
  const { vcpus, disks, vnics, iothreads } = statistics;
  return {
    statistics,
    libvirtState: undefined,
    libvirtReason: 0,
    cpu: () => (statistics.cpu ??= {}),
    vcpuCount: () => (statistics.vcpuCount ??= {}),
    memory: () => (statistics.memory ??= {}),
    perf: () => (statistics.perf ??= {}),
    dirtyRate: () => (statistics.dirtyRate ??= { vcpus: [] }),
    vcpu: (number) => findOrAdd(vcpus, 'number', number, () => ({ number })),
    disk: (index) => findOrAdd(disks, 'index', index, () => ({ index, device: '' })),
    vnic: (index) => findOrAdd(vnics, 'index', index, () => ({ index, device: '' })),
    iothread: (id) => findOrAdd(iothreads, 'id', id, () => ({ id })),
  };
}

/** The entry with this number. Fields of one entry follow each other, so it is nearly always the last one. */
function findOrAdd<T extends object, K extends keyof T>(entries: T[], key: K, number: T[K], make: () => T): T {
  const last = entries.at(-1);
  if (last !== undefined && last[key] === number) return last;
  const known = entries.find((entry) => entry[key] === number);
  if (known !== undefined) return known;
  const entry = make();
  entries.push(entry);
  return entry;
}
