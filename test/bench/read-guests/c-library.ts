import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Turn } from './take-turns.ts';
import type { RunningContender } from './inspector-call.ts';

/** State, CPU, balloon, vCPU, interface, block; see virDomainStatsTypes. */
const STATS = 0x3f;
/** VIR_CONNECT_GET_ALL_DOMAINS_STATS_NOWAIT. */
const NOWAIT = 0x2000_0000;

const program = fileURLToPath(new URL('./c-library.py', import.meta.url));

/**
 * Starts a client that holds one connection and calls libvirt's C library: what a collector written in C pays for each
 * reading, without virsh's start-up and without printing. Needs python3 (its standard library only) and libvirt.so.0.
 */
export async function startCLibrary(libvirtUri: string): Promise<RunningContender> {
  // Not the first python3 of a developer's PATH, which may be any; a group of its own, so that Ctrl-C is for us alone.
  const child = spawn('/usr/bin/python3', [program, libvirtUri, String(STATS), String(NOWAIT)], {
    detached: true,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const exited = once(child, 'exit');
  child.stdin.on('error', () => undefined);
  const nextLine = async (): Promise<string> => {
    const { value, done } = await lines.next();
    if (done === true) throw new Error('the client of the C library has ended');
    return value;
  };
  await nextLine();
  return {
    name: 'C library',
    how:
      'virConnectGetAllDomainStats of libvirt.so.0 in a process that keeps its connection, called through ctypes; ' +
      'time and CPU of the call alone, result decoded and freed, not looked at',
    async turn() {
      child.stdin.write('\n');
      return JSON.parse(await nextLine()) as Turn;
    },
    async [Symbol.asyncDispose]() {
      // The end of its input is the end of its loop; a call that hangs is not waited for.
      child.stdin.end();
      child.kill('SIGKILL');
      await exited;
    },
  };
}
