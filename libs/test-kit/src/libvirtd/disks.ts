import { chown, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runCommand } from '../run-command.ts';
import { bootSector } from './boot-sector.ts';
import type { BootProgram } from './boot-sector.ts';
import type { DiskSpec, GuestDisk, GuestSpec } from './guest-spec.ts';

const DEFAULT_SIZE_MIB = 8;
const PREFIXES = { virtio: 'vd', ide: 'hd', scsi: 'sd', sata: 'sd' };

/** Makes the images of a guest with qemu-img, `DIRECTORY/NAME-TARGET.qcow2`, owned by whom the guest runs as. */
export async function createDisks(
  { name, disks = 0, diskActivity, ending = 'halt' }: GuestSpec,
  directory: string,
  owner: { readonly uid: number; readonly gid: number } | undefined,
): Promise<GuestDisk[]> {
  const specs: readonly DiskSpec[] = typeof disks === 'number' ? Array.from({ length: disks }, () => ({})) : disks;
  const needsProgram = diskActivity !== undefined || ending !== 'halt';
  if (needsProgram && specs.length === 0) throw new RangeError(`guest ${name}: what a guest does needs a disk`);
  const program = needsProgram ? { reads: 0, writes: 0, ...diskActivity, ending } : undefined;
  const used = new Map<string, number>();
  const made: GuestDisk[] = [];
  for (const { bus = 'virtio', sizeMib = DEFAULT_SIZE_MIB, xml = '' } of specs) {
    const position = used.get(PREFIXES[bus]) ?? 0;
    used.set(PREFIXES[bus], position + 1);
    const target = PREFIXES[bus] + String.fromCharCode('a'.charCodeAt(0) + position);
    const path = join(directory, `${name}-${target}.qcow2`);
    await createImage(path, sizeMib, made.length === 0 ? program : undefined);
    if (owner !== undefined) await chown(path, owner.uid, owner.gid);
    made.push({ target, path, bus, xml });
  }
  return made;
}

async function createImage(path: string, sizeMib: number, program: BootProgram | undefined): Promise<void> {
  if (program === undefined) {
    await runCommand('qemu-img', ['create', '-q', '-f', 'qcow2', path, `${sizeMib}M`]);
    return;
  }
  const raw = `${path}.raw`;
  await writeFile(raw, bootSector(program));
  await truncate(raw, sizeMib * 1024 * 1024);
  await runCommand('qemu-img', ['convert', '-q', '-f', 'raw', '-O', 'qcow2', raw, path]);
  await rm(raw);
}
