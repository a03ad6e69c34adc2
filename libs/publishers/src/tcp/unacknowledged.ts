import { readFile } from 'node:fs/promises';
import { isIPv6 } from 'node:net';
import type { Socket } from 'node:net';

/**
 * Bytes that a socket has sent, or is about to send, and that the other side has not acknowledged. `undefined` where nobody
 * says: the connection is over, or this is not Linux, whose tables of connections these are (proc(5), `/proc/net/tcp`, the
 * column `tx_queue`). Node has no call for it.
 *
 * Goes by the two ports; of two connections that have both in common, the larger number.
 */
export async function unacknowledgedBytes({
  localPort,
  remotePort,
  localAddress = '',
}: Partial<Pick<Socket, 'localPort' | 'remotePort' | 'localAddress'>>): Promise<number | undefined> {
  if (localPort === undefined || remotePort === undefined) return undefined;
  const table = isIPv6(localAddress) ? '/proc/self/net/tcp6' : '/proc/self/net/tcp';
  const text = await readFile(table, 'latin1').catch(() => '');
  const line = new RegExp(`:${hex(localPort)} [0-9A-F]+:${hex(remotePort)} [0-9A-F]{2} ([0-9A-F]{8}):`, 'g');
  const counts = [...text.matchAll(line)].map(([, bytes = '']) => Number.parseInt(bytes, 16));
  return counts.length === 0 ? undefined : Math.max(...counts);
}

function hex(port: number): string {
  return port.toString(16).toUpperCase().padStart(4, '0');
}
