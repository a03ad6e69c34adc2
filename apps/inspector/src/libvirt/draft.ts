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
  /** Bit `1 << group` is set for each group of which the record told something. */
  told: number;
  cpu(): CpuStatistics;
  vcpuCount(): VcpuCount;
  memory(): MemoryStatistics;
  perf(): PerfStatistics;
  dirtyRate(): DirtyRateStatistics;
  vcpu(number: number): VcpuStatistics;
  /** Disks and cards are known from when the record names them; before that they are `undefined`. */
  disk(index: number): DiskStatistics | undefined;
  addDisk(index: number, device: string): void;
  vnic(index: number): VnicStatistics | undefined;
  addVnic(index: number, device: string): void;
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
    told: 0,
    cpu: () => (statistics.cpu ??= {}),
    vcpuCount: () => (statistics.vcpuCount ??= {}),
    memory: () => (statistics.memory ??= {}),
    perf: () => (statistics.perf ??= {}),
    dirtyRate: () => (statistics.dirtyRate ??= { vcpus: [] }),
    vcpu: (number) => findOrAdd(vcpus, 'number', number, () => ({ number })),
    disk: (index) => find(disks, 'index', index),
    addDisk: (index, device) => void disks.push({ index, device }),
    vnic: (index) => find(vnics, 'index', index),
    addVnic: (index, device) => void vnics.push({ index, device }),
    iothread: (id) => findOrAdd(iothreads, 'id', id, () => ({ id })),
  };
}

/** The entry with this number. Fields of one entry follow each other, so it is nearly always the last one. */
function find<T extends object, K extends keyof T>(entries: readonly T[], key: K, number: T[K]): T | undefined {
  const last = entries.at(-1);
  return last !== undefined && last[key] === number ? last : entries.find((entry) => entry[key] === number);
}

function findOrAdd<T extends object, K extends keyof T>(entries: T[], key: K, number: T[K], make: () => T): T {
  const known = find(entries, key, number);
  if (known !== undefined) return known;
  const entry = make();
  entries.push(entry);
  return entry;
}
