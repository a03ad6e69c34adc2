import { LibvirtError } from './error.ts';

/** What a libvirt URI says, checked. */
export interface ParsedUri {
  /** The hypervisor driver, for example `qemu` or `test`. */
  readonly driver: string;
  /** Whose daemon: the host's (`system`), the user's own (`session`), or `any` for drivers that do not care. */
  readonly scope: 'system' | 'session' | 'any';
  /** What is sent to the daemon to open: the URI without transport, host and socket. */
  readonly openName: string;
  /** The socket named in the URI (`?socket=`). */
  readonly socketPath: string | undefined;
}

const drivers = ['qemu', 'lxc', 'xen', 'vbox', 'bhyve', 'vz', 'test'];

/** What to do about a transport that leads to other hosts. */
const remoteAdvice =
  'only daemons on this machine are supported: run this program on that host, or forward its socket (ssh -L) and name it with ?socket=';

/**
 * Parses a libvirt connection URI: `driver[+unix]:///path[?socket=/absolute/path]`. Other query parameters are passed on
 * to the daemon. Throws `unsupported-uri`, saying what to use instead, for everything that needs more than a unix socket.
 */
export function parseUri(uri: string): ParsedUri {
  const match = /^([a-z][a-z0-9.-]*)(?:\+([a-z0-9]+))?:(?:\/\/([^/?#]*))?(\/[^?#]*)?(?:\?([^#]*))?$/i.exec(uri);
  const refuse = (problem: string): LibvirtError =>
    new LibvirtError('unsupported-uri', `libvirt URI ${JSON.stringify(uri)}: ${problem}`);
  if (match === null) throw refuse('not of the form driver:///path, such as qemu:///system');

  const [, scheme = '', transport, host = '', path = '/', query = ''] = match;
  const driver = scheme.toLowerCase();
  if (transport !== undefined && transport !== 'unix')
    throw refuse(`the transport ${transport} leads elsewhere; ${remoteAdvice}`);
  // libvirt takes a host without a transport for TLS; with +unix it can only mean this machine.
  if (host !== '' && !(transport === 'unix' && host === 'localhost'))
    throw refuse(`it names the host ${host}; ${remoteAdvice}`);
  if (!drivers.includes(driver)) throw refuse(`the driver ${driver} is unknown; known are ${drivers.join(', ')}`);

  const { socketPath, rest } = splitQuery(query, refuse);
  return { driver, scope: scopeOf(driver, path, refuse), openName: `${driver}://${path}${rest}`, socketPath };
}

function scopeOf(driver: string, path: string, refuse: (problem: string) => LibvirtError): ParsedUri['scope'] {
  if (driver === 'test') {
    if (path === '/') throw refuse('it names no configuration; use test:///default or test:///absolute/file.xml');
    return 'any';
  }
  if (path === '/system') return 'system';
  if (path === '/session') return 'session';
  if (path === '/' && driver !== 'qemu') return 'system';
  throw refuse(`the path ${path} is unknown; use ${driver}:///system or ${driver}:///session`);
}

/** Takes `socket` out of a query. A plus sign is itself: libvirt only knows percent escapes. */
function splitQuery(
  query: string,
  refuse: (problem: string) => LibvirtError,
): { readonly socketPath: string | undefined; readonly rest: string } {
  const parts = query === '' ? [] : query.split(/[&;]/);
  const sockets = parts.filter((part) => part.startsWith('socket='));
  const rest = parts.filter((part) => !part.startsWith('socket=')).join('&');
  const [socket] = sockets;
  if (sockets.length > 1) throw refuse('it names more than one socket');
  let socketPath: string | undefined;
  try {
    socketPath = socket === undefined ? undefined : decodeURIComponent(socket.slice('socket='.length));
  } catch {
    throw refuse('its socket has a broken percent escape');
  }
  if (socketPath !== undefined && !socketPath.startsWith('/')) throw refuse('its socket must be an absolute path');
  return { socketPath, rest: rest === '' ? '' : `?${rest}` };
}
