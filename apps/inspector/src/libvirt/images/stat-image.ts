import { readFile, stat } from 'node:fs/promises';
import { isAbsolute } from 'node:path';

/** What the host's file system tells of an image. */
export interface ImageStat {
  /** Length of the file, holes included, or size of the block device. */
  readonly sizeBytes: bigint;
  /** Number of the file system that the path is on; images with the same number hang together. */
  readonly fileSystem: number;
}

/**
 * Looks at an image; `undefined` for what is neither file nor block device. Rejects if it cannot be seen. May take for
 * ever, and keeps one of the process' few threads for file work as long: callers have to bound how many they start.
 */
export type StatImage = (path: string) => Promise<ImageStat | undefined>;

/** The unit of `size` in sysfs, whatever the sectors of the device (Documentation/ABI/stable/sysfs-block of Linux). */
const sysfsSectorBytes = 512n;

/** The real one. Opens no image: rights to its directory are enough. */
export const statImage: StatImage = async (path) => {
  // Where a relative one begins only the daemon knows.
  if (!isAbsolute(path)) return undefined;
  const found = await stat(path);
  if (found.isFile()) return { sizeBytes: BigInt(found.size), fileSystem: found.dev };
  if (!found.isBlockDevice()) return undefined;
  return { sizeBytes: await deviceSizeBytes(found.rdev), fileSystem: found.dev };
};

/**
 * Size of the block device with this number. It comes from sysfs, which wants no right to the device and does not wait for
 * its storage. Rejects for a device that is not there, and everywhere but on Linux.
 *
 * @param directory where sysfs lists devices by number
 */
export async function deviceSizeBytes(rdev: number, directory = '/sys/dev/block'): Promise<bigint> {
  return BigInt(await readFile(`${directory}/${deviceNumber(rdev)}/size`, 'utf8')) * sysfsSectorBytes;
}

/** `259:5` for a device number as `stat` of the C library packs it (makedev(3): 12 + 20 bits of major, 8 + 24 of minor). */
export function deviceNumber(rdev: number): string {
  const packed = BigInt(rdev);
  const major = ((packed >> 8n) & 0xfffn) | ((packed >> 32n) & 0xfffff000n);
  const minor = (packed & 0xffn) | ((packed >> 12n) & 0xffffff00n);
  return `${major}:${minor}`;
}
