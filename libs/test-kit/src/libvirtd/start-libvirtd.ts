import { startPrivateLibvirtd } from '@nephometer/private-libvirtd';
import type { PrivateLibvirtd, PrivateLibvirtdOptions } from '@nephometer/private-libvirtd';
import { runCommand } from '../run-command.ts';
import { keepEmulators, teachEmulators } from './emulator-cache.ts';
import { createGuests } from './guests.ts';
import type { Guests, Virsh } from './guests.ts';
import { createNics } from './nics.ts';
import type { Nics } from './nics.ts';

/** A private libvirtd with what tests do to one. */
export interface TestLibvirtd extends PrivateLibvirtd {
  readonly guests: Guests;
  readonly nics: Nics;
  /** Runs virsh on the QEMU driver and gives its output: `virsh('domstats', 'a', '--block')`. */
  readonly virsh: Virsh;
}

/**
 * Starts a libvirtd for one test. With `network: true` (needs root) guests' NICs are tap devices in a network namespace
 * of its own, and have counters. Disposing ends guests, libvirtd and namespace, also those that hang.
 *
 * @throws PrivateLibvirtdError, the abort reason.
 */
export async function startLibvirtd(options: PrivateLibvirtdOptions = {}): Promise<TestLibvirtd> {
  const libvirtd = await startPrivateLibvirtd({ prepare: teachEmulators, ...options });
  const virsh: Virsh = (...args) => runCommand('virsh', ['-q', '-c', libvirtd.uri('qemu'), ...args]);
  const { nics, create } = createNics(libvirtd);
  const own = { guests: createGuests(libvirtd, virsh, create), nics, virsh };
  const stop = async (): Promise<void> => {
    await keepEmulators(libvirtd).finally(() => libvirtd.stop());
  };
  // Defined, not copied: pid and exited are getters, and change with every restart.
  const all = Object.defineProperties(own, Object.getOwnPropertyDescriptors(libvirtd)) as TestLibvirtd;
  return Object.assign(all, { stop, [Symbol.asyncDispose]: stop });
}
