import { chown, mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Account } from './account.ts';

/** Where a private libvirtd keeps its things; everything lies below `directory`. */
export interface Layout {
  readonly directory: string;
  /** XDG_RUNTIME_DIR: sockets, and one pid file per guest. */
  readonly runDirectory: string;
  /** XDG_CONFIG_HOME: definitions, and the monitor sockets of guests. */
  readonly configDirectory: string;
  readonly configFile: string;
  readonly pidFile: string;
  readonly logFile: string;
  readonly socketPath: string;
}

/** Lines of libvirtd.conf by name. A string may not contain a double quote: the format cannot escape it. */
export type Settings = Readonly<Record<string, string | number>>;

/**
 * A unix socket's path has 107 bytes at most, and a guest's monitor is
 * `DIRECTORY/c/libvirt/qemu/lib/domain-ID-NAME/monitor.sock`, NAME being cut to 20 characters: 72 bytes below DIRECTORY.
 */
const LONGEST_PARENT = 24;

/** Makes the directory with its configuration files, owned by `account` if there is one. */
export async function createLayout(settings: Settings, account: Account | undefined): Promise<Layout> {
  const parent = tmpdir().length <= LONGEST_PARENT ? tmpdir() : '/tmp';
  const directory = await mkdtemp(join(parent, 'nl-'));
  const layout: Layout = {
    directory,
    runDirectory: join(directory, 'run'),
    configDirectory: join(directory, 'c'),
    configFile: join(directory, 'c/libvirt/libvirtd.conf'),
    pidFile: join(directory, 'libvirtd.pid'),
    logFile: join(directory, 'log'),
    socketPath: join(directory, 'run/libvirt/libvirt-sock'),
  };
  const libvirtConfig = join(layout.configDirectory, 'libvirt');
  await mkdir(libvirtConfig, { recursive: true });
  await mkdir(layout.runDirectory, { mode: 0o700 });
  await writeFile(layout.configFile, settingLines(settings));
  // Otherwise a guest's output goes to virtlogd, a daemon that is not there.
  await writeFile(join(libvirtConfig, 'qemu.conf'), 'stdio_handler = "file"\n');
  if (account !== undefined) {
    for (const path of [directory, layout.runDirectory, layout.configDirectory, libvirtConfig]) {
      await chown(path, account.uid, account.gid);
    }
  }
  return layout;
}

function settingLines(settings: Settings): string {
  const lines = Object.entries(settings).map(
    ([name, value]) => `${name} = ${typeof value === 'number' ? value : `"${value}"`}\n`,
  );
  return lines.join('');
}
