import { readFile } from 'node:fs/promises';

/** Numeric user and group that a daemon runs as. */
export interface Account {
  readonly uid: number;
  readonly gid: number;
}

/** `nobody` where /etc/passwd does not name one; the number is the kernel's overflow uid. */
const OVERFLOW_ID = 65534;

/**
 * The account for a libvirtd that must not be root's: as root libvirtd always becomes the system's daemon.
 *
 * @returns `nobody` when this process is root, undefined (stay who you are) otherwise.
 */
export async function unprivilegedAccount(): Promise<Account | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const passwd = await readFile('/etc/passwd', 'utf8').catch(() => '');
  const [, , uid, gid] = /^nobody:.*$/m.exec(passwd)?.[0].split(':') ?? [];
  return { uid: Number(uid ?? OVERFLOW_ID), gid: Number(gid ?? OVERFLOW_ID) };
}
