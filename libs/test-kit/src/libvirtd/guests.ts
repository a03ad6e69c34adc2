import { randomUUID } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { PrivateLibvirtd } from '@nephometer/private-libvirtd';
import { createDisks } from './disks.ts';
import type { Guest, GuestNic, GuestSpec } from './guest-spec.ts';
import { guestXml } from './guest-xml.ts';

/** The guests of one private libvirtd. Each method resolves when libvirt has done it; calls may overlap. */
export interface Guests {
  /** Makes disks and NICs and defines the guest; it is shut off then. */
  define(spec: GuestSpec): Promise<Guest>;
  /** Starts a defined guest. */
  start(name: string): Promise<void>;
  /** Defines and starts. */
  create(spec: GuestSpec): Promise<Guest>;
  /** Switches it off, as by pulling the plug; it stays defined. */
  destroy(name: string): Promise<void>;
  /** Removes the definition of a guest that is off, or makes a running one vanish when it stops. */
  undefine(name: string): Promise<void>;
  /** Of its QEMU: SIGSTOP makes the guest hang, SIGCONT brings it back. */
  pid(name: string): Promise<number>;
}

export type Virsh = (...args: readonly string[]) => Promise<string>;

export function createGuests(libvirtd: PrivateLibvirtd, virsh: Virsh, createNic: () => Promise<GuestNic>): Guests {
  const { directory, account } = libvirtd;
  const define = async (spec: GuestSpec): Promise<Guest> => {
    const disks = await createDisks(spec, directory, account);
    const nics: GuestNic[] = [];
    while (nics.length < (spec.nics ?? 0)) nics.push(await createNic());
    const guest: Guest = { name: spec.name, uuid: spec.uuid ?? randomUUID(), disks, nics };
    const description = join(directory, `${spec.name}.xml`);
    await writeFile(description, guestXml(spec, guest));
    await virsh('define', description);
    return guest;
  };
  const start = async (name: string): Promise<void> => void (await virsh('start', name));
  return {
    define,
    start,
    create: async (spec) => {
      const guest = await define(spec);
      await start(spec.name);
      return guest;
    },
    destroy: async (name) => void (await virsh('destroy', name)),
    undefine: async (name) => void (await virsh('undefine', name)),
    pid: async (name) => Number(await readFile(join(directory, 'run/libvirt/qemu/run', `${name}.pid`), 'utf8')),
  };
}
