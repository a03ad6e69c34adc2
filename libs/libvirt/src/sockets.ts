import { basename } from 'node:path';
import { LibvirtError } from './error.ts';
import type { ParsedUri } from './uri.ts';

/** What decides where a daemon's socket is. */
export interface SocketSurroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly homeDirectory: string;
  /** The user's number; 0 is root. */
  readonly uid: number;
}

/** The modular daemon of each driver that has one; the test driver lives in every daemon and has none of its own. */
const modularDaemons: Readonly<Record<string, string>> = {
  qemu: 'virtqemud',
  lxc: 'virtlxcd',
  xen: 'virtxend',
  vbox: 'virtvboxd',
  bhyve: 'virtbhyved',
  vz: 'virtvzd',
};

const systemDirectory = '/run/libvirt';

/**
 * The sockets to try for a URI, best first: the driver's modular daemon, then `libvirtd` (or `virtproxyd`, which has the
 * same socket). Only system daemons have a socket of their own for reading. For drivers without a scope (test), a user
 * has the own session before the system; root has no session.
 */
export function candidateSockets(uri: ParsedUri, readOnly: boolean, where: SocketSurroundings): string[] {
  const modular = modularDaemons[uri.driver];
  const names = [...(modular === undefined ? [] : [`${modular}-sock`]), 'libvirt-sock'];
  const system = names.map((name) => `${systemDirectory}/${name}${readOnly ? '-ro' : ''}`);
  const session = names.map((name) => `${sessionDirectory(where)}/${name}`);
  switch (uri.scope) {
    case 'system':
      return system;
    case 'session':
      return session;
    case 'any':
      return where.uid === 0 ? system : [...session, ...system];
  }
}

function sessionDirectory({ env, homeDirectory }: SocketSurroundings): string {
  const runtime = env['XDG_RUNTIME_DIR'];
  return runtime === undefined || runtime === '' ? `${homeDirectory}/.cache/libvirt` : `${runtime}/libvirt`;
}

/** The daemon a socket belongs to by its name, for example `virtqemud`; `libvirtd` also stands for virtproxyd. */
export function daemonOf(socketPath: string): string {
  const name = basename(socketPath).replace(/-sock(-ro)?$/, '');
  return name === 'libvirt' || name === '' ? 'libvirtd' : name;
}

/**
 * The admin socket of the daemon that `socketPath` (for reading or for everything) belongs to, in the same directory:
 * `/run/libvirt/virtqemud-sock-ro` has `/run/libvirt/virtqemud-admin-sock`. Throws `invalid-argument` for a path that
 * libvirt gives to no socket, such as that of a forwarded one.
 */
export function adminSocketOf(socketPath: string): string {
  const [, stem] = /^(.*[^/])-sock(?:-ro)?$/.exec(socketPath) ?? [];
  if (stem === undefined) {
    throw new LibvirtError(
      'invalid-argument',
      `socket ${socketPath}: its admin socket is not known, because its name is not libvirt's (NAME-sock or NAME-sock-ro)`,
    );
  }
  return `${stem}-admin-sock`;
}
