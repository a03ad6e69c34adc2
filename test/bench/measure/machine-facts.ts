import { readFile } from 'node:fs/promises';
import { availableParallelism, cpus, release, totalmem } from 'node:os';
import { runCommand } from '@nephometer/test-kit';

/** What a number was measured on; without it, it means nothing. */
export interface MachineFacts {
  readonly cpu: string;
  readonly cpus: number;
  readonly memoryMib: number;
  readonly kernel: string;
  readonly node: string;
  readonly libvirt: string;
  readonly qemu: string;
  /** Guests run without hardware virtualisation where this is false. */
  readonly kvm: boolean;
  /** Of the last minute, before the run: others that use the machine. */
  readonly load: number;
}

/** Looks at this machine. What is not installed is `absent`. */
export async function machineFacts(signal: AbortSignal): Promise<MachineFacts> {
  const firstLine = async (command: string, ...args: string[]): Promise<string> => {
    const text = await runCommand(command, args, { signal }).catch(() => 'absent');
    return text.split('\n')[0]?.trim() ?? '';
  };
  const [libvirt, qemu, load] = await Promise.all([
    firstLine('libvirtd', '--version'),
    firstLine('qemu-system-x86_64', '--version'),
    readFile('/proc/loadavg', 'utf8'),
  ]);
  const kvm = await readFile('/sys/module/kvm/refcnt').then(
    () => true,
    () => false,
  );
  return {
    cpu: cpus()[0]?.model ?? 'unknown',
    cpus: availableParallelism(),
    memoryMib: Math.round(totalmem() / 1024 / 1024),
    kernel: release(),
    node: process.version,
    libvirt,
    qemu,
    kvm,
    load: Number(load.split(' ')[0]),
  };
}
