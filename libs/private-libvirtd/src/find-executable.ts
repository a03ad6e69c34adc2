import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { PrivateLibvirtdError } from './error.ts';

/** Daemons live in sbin, which a normal user's PATH leaves out on Debian. */
const SYSTEM_DIRECTORIES = ['/usr/sbin', '/usr/bin', '/sbin', '/bin', '/usr/local/sbin', '/usr/local/bin'];

/** The PATH that libvirtd and what it starts get: ours, then the system's directories. */
export function searchPath(): string {
  return [process.env['PATH'] ?? '', ...SYSTEM_DIRECTORIES].filter((part) => part !== '').join(delimiter);
}

/**
 * The absolute path of a program.
 *
 * @param install what to install when it is missing, a Debian package name.
 * @throws PrivateLibvirtdError `not-installed`.
 */
export async function findExecutable(name: string, install: string): Promise<string> {
  for (const directory of searchPath().split(delimiter)) {
    const path = join(directory, name);
    try {
      await access(path, constants.X_OK);
      return path;
    } catch {
      continue;
    }
  }
  throw new PrivateLibvirtdError(
    'not-installed',
    `${name} is not installed. Debian and Ubuntu: apt-get install --no-install-recommends ${install}; ` +
      `elsewhere the package of that program. No service needs to be started.`,
  );
}
