import { randomUUID } from 'node:crypto';
import { chown, copyFile, mkdir, readFile, readdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { PrivateLibvirtd } from '@nephometer/private-libvirtd';

/** Goes away with the installed packages. */
const shared = fileURLToPath(new URL('../../../../node_modules/.cache/nephometer/emulators', import.meta.url));

/** Where a private libvirtd keeps what it learnt: a file for each emulator, checked by libvirt before it is believed. */
export const learntFolder = ({ directory }: Pick<PrivateLibvirtd, 'directory'>): string =>
  join(directory, 'cache/libvirt/qemu/cache/capabilities');

/**
 * Gives a new libvirtd what earlier ones learnt about the machine's emulators. Without, each starts every QEMU of the machine
 * to ask it, before its first guest and before its first statistics: seconds each, in which libvirtd 9.0.0 was seen to crash
 * (`query-cpu-definitions` refused). To be called before it is started.
 */
export async function teachEmulators({
  directory,
  account,
}: Pick<PrivateLibvirtd, 'directory' | 'account'>): Promise<void> {
  const names = await filesIn(shared);
  if (names.length === 0) return;
  let folder = directory;
  for (const name of ['cache', 'libvirt', 'qemu', 'cache', 'capabilities']) {
    folder = join(folder, name);
    const isNew = (await mkdir(folder, { recursive: true })) !== undefined;
    if (isNew && account !== undefined) await chown(folder, account.uid, account.gid);
  }
  for (const name of names) {
    const own = join(folder, name);
    await copyFile(join(shared, name), own);
    if (account !== undefined) await chown(own, account.uid, account.gid);
  }
}

/** Keeps what a libvirtd learnt for later ones, also those of tests that run at the same time. */
export async function keepEmulators(libvirtd: Pick<PrivateLibvirtd, 'directory'>): Promise<void> {
  const learnt = learntFolder(libvirtd);
  for (const name of await filesIn(learnt)) {
    const [kept, found] = [join(shared, name), join(learnt, name)];
    const text = await readFile(kept, 'utf8').catch(() => undefined);
    if (text === (await readFile(found, 'utf8'))) continue;
    await mkdir(shared, { recursive: true });
    const copy = `${kept}.${randomUUID()}`;
    await copyFile(found, copy);
    await rename(copy, kept);
  }
}

async function filesIn(folder: string): Promise<readonly string[]> {
  const names = await readdir(folder).catch(() => []);
  return names.filter((name) => name.endsWith('.xml'));
}
