import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { Socket } from 'node:net';
import { PrivateLibvirtdError } from './error.ts';
import { findExecutable, searchPath } from './find-executable.ts';

/**
 * The shell that ends everything below a directory when its standard input closes. Closing happens on `release()`, and
 * by the kernel's hand when our process ends in any other way, `kill -9` included: one path for both.
 *
 * Guests are looked up in /proc, for they are nobody's children and outlive their libvirtd; the name of the program is
 * compared as well, so that a client that merely names our socket on its command line is left alone.
 * Guests first: one that hangs would keep libvirtd from ending.
 */
const SCRIPT = `
trap '' HUP INT TERM
directory=$1
if [ "$2" = network ]; then
  mount -t tmpfs -o mode=755 tmpfs /dev/net && mknod -m 666 /dev/net/tun c 10 200 || exit 1
  # Without IPv6 the kernel puts no frame of its own on an interface, and what is counted is what was sent.
  { echo 1 >/proc/sys/net/ipv6/conf/default/disable_ipv6; } 2>/dev/null
fi
echo ready
exec >/dev/null 2>&1
read -r _

cd /proc
signal() {
  found=1
  for pid in [0-9]*; do
    read -r name <"$pid/comm" || continue
    case $name in $2) grep -aqF "$directory/" "$pid/cmdline" && kill "-$1" "$pid" && found=0 ;; esac
  done
  return $found
}
signal KILL 'qemu*'
signal TERM 'libvirtd'
# Nothing it would still write is kept, so a second is enough.
tries=20
while signal 0 'libvirtd' && [ $tries -gt 0 ]; do
  sleep 0.05
  tries=$((tries - 1))
done
tries=100
while { signal KILL 'libvirtd' || signal KILL 'qemu*'; } && [ $tries -gt 0 ]; do
  sleep 0.05
  tries=$((tries - 1))
done
rm -rf "$directory"
`;

/** Watches over a directory's processes. */
export interface Guard {
  /** Of the watching shell; its network and mount namespaces are those of the libvirtd when `network` was asked for. */
  readonly pid: number;
  /** Ends guests and libvirtd, removes the directory, resolves when all that is done. Safe twice. */
  release(): Promise<void>;
}

/**
 * @param network in network and mount namespaces of its own, where everybody may open /dev/net/tun. Needs root.
 * @throws PrivateLibvirtdError `not-permitted` when the namespaces are refused, `not-installed` without `unshare`.
 */
export async function startGuard(directory: string, network: boolean): Promise<Guard> {
  const shell = ['/bin/sh', '-c', SCRIPT, 'guard', directory, network ? 'network' : ''];
  const unshare = network ? [await findExecutable('unshare', 'util-linux'), '--net', '--mount', '--'] : [];
  const [command = '', ...args] = [...unshare, ...shell];
  // Detached is a session of its own: the interrupt key of a terminal reaches us, not what we still have to end.
  const child = spawn(command, args, { detached: true, env: { PATH: searchPath() }, stdio: 'pipe' });
  const exited = new Promise<void>((resolve) => {
    child.once('exit', () => {
      resolve();
    });
  });
  // A pipe to a shell that is gone says EPIPE; that it is gone is already known from its exit.
  child.stdin.on('error', () => undefined);
  let complaint = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (complaint += text));
  const ready = await Promise.race([
    once(child.stdout, 'data').then(() => true),
    once(child, 'close').then(() => false),
  ]);
  if (!ready || child.pid === undefined) {
    throw new PrivateLibvirtdError(
      'not-permitted',
      `cannot watch over ${directory}${network ? ' in network and mount namespaces of its own (needs root)' : ''}: ${complaint.trim()}`,
    );
  }
  // A forgotten one must not keep our process running: when we end, it ends.
  setReferenced(child, false);
  return {
    pid: child.pid,
    release: () => {
      setReferenced(child, true);
      child.stdin.end();
      return exited;
    },
  };
}

/** Whether the child and its pipes keep our process running. */
function setReferenced(child: ChildProcess, referenced: boolean): void {
  for (const handle of [child, child.stdin, child.stdout, child.stderr]) {
    if (handle !== child && !(handle instanceof Socket)) continue;
    if (referenced) handle.ref();
    else handle.unref();
  }
}
