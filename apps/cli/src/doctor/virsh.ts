import type { Host } from '@nephometer/inspector-api';
import { shellWord } from '../text/shell-word.ts';

/** Where virsh looks without being told, with and without the detour over `/var`. */
const usualSocket = /^(?:\/var)?\/run\/libvirt\/[^/]+$/;

/**
 * How to start virsh on the host so that it speaks to the daemon that the inspector reads, and may change things there:
 * `virsh`, or with `-c URI` where root's virsh would go elsewhere.
 *
 * @param host absent if unknown; then virsh's own default is taken
 */
export function virshOf(host: Pick<Host, 'uri' | 'socket'> | undefined): string {
  if (host === undefined || host.uri === '') return 'virsh';
  const uri = withSocket(host.uri, host.socket);
  return uri === 'qemu:///system' ? 'virsh' : `virsh -c ${shellWord(uri)}`;
}

function withSocket(uri: string, socket: string | undefined): string {
  const [, driver, path] = /^([a-z]+)(?:\+unix)?:\/\/(?:localhost)?(\/[^?]*)/.exec(uri) ?? [];
  if (driver === undefined || path === undefined || socket === undefined) return uri;
  const isSystem = path === '/system' && usualSocket.test(socket);
  // Nothing can be changed over a socket for reading; the other one is next to it.
  return isSystem ? `${driver}://${path}` : `${driver}+unix://${path}?socket=${socket.replace(/-ro$/, '')}`;
}
