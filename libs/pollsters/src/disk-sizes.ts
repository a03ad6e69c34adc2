import type { Disk, DiskStatistics } from '@nephometer/inspector-api';

// Ceilometer asks `virDomainGetBlockInfo` for each disk, whose numbers differ from those of the bulk statistics while a guest
// runs. This file is the rule that makes the ones from the others: that of libvirt's qemuDomainGetBlockInfo, compared with
// `virsh domblkinfo` in a spec of the inspector.

/** What of a disk's definition decides how its sizes are to be read. */
export interface ImageKind {
  /** A device takes no room in a file system; what stands in the place of that is its size. */
  readonly isDevice: boolean;
  /** An image in a file that QEMU makes longer as it needs to. */
  readonly grows: boolean;
}

/** The kind of a disk's image. A definition that says no format means a raw one. */
export function imageKindOf({ sourceType, source = '', format }: Disk): ImageKind {
  return {
    isDevice: sourceType === 'block' || (sourceType === 'volume' && source.startsWith('/dev/')),
    grows: sourceType === 'file' && format === 'qcow2',
  };
}

/** The two sizes on the host. */
interface SizesOnHost {
  readonly allocation: bigint;
  readonly usage: bigint;
}

/** `undefined` if the bulk statistics lack what libvirt makes them from. */
function sizesOnHost(statistics: DiskStatistics, { isDevice, grows }: ImageKind): SizesOnHost | undefined {
  const { physicalBytes: physical, allocationBytes: highest = 0n, path, sourceSizeBytes } = statistics;
  if (physical === undefined) return undefined;
  const taken = isDevice ? 0n : physical;
  // Where there is no path the hypervisor was asked for each disk, or the image is not on this host: nothing to choose from.
  const allocation = grows && path !== undefined ? taken : highest;
  // As soon as the two differ, libvirt takes the room for the size, however long the file is.
  if (taken !== 0n && allocation !== 0n && allocation !== taken) return { allocation, usage: taken };
  return { allocation: allocation === 0n ? taken : allocation, usage: sourceSizeBytes ?? physical };
}

/** What libvirt calls physical: the size of the image file or of the device, or else the room that the file takes. */
export function usageBytes(statistics: DiskStatistics, kind: ImageKind): bigint | undefined {
  return sizesOnHost(statistics, kind)?.usage;
}

/** What libvirt calls allocation: the room that is taken, or for a raw image how far it has been written. */
export function allocationBytes(statistics: DiskStatistics, kind: ImageKind): bigint | undefined {
  return sizesOnHost(statistics, kind)?.allocation;
}

/**
 * Size that the guest sees, but at least that on the host: libvirt rounds that of an attached CD-ROM up to 4 KiB, so that it
 * may be larger.
 */
export function capacityBytes(statistics: DiskStatistics, kind: ImageKind): bigint | undefined {
  const { capacityBytes: capacity } = statistics;
  const usage = usageBytes(statistics, kind);
  return capacity !== undefined && usage !== undefined && usage > capacity ? usage : capacity;
}
