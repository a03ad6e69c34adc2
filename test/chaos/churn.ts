import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runCommand } from '@nephometer/test-kit';
import type { Guest, TestLibvirtd } from '@nephometer/test-kit';
import type { Disturbances } from './disturbances.ts';
import type { SeededRandom } from './seeded-random.ts';

/** What a guest is like at this moment, as far as whoever changes it knows. */
export interface ChurnedGuest {
  readonly guest: Guest;
  readonly index: number;
  isDefined: boolean;
  isRunning: boolean;
  hasExtraDisk: boolean;
  hasExtraNic: boolean;
  /** libvirt announces no change of a guest that is off: others learn of it when it starts. */
  wasChangedWhileOff: boolean;
}

/** Device names that only this guest ever has. */
export const extraDiskTarget = (index: number): string => `vd${String.fromCharCode('d'.charCodeAt(0) + index)}`;
export const extraNicMac = (index: number): string => `52:54:01:00:00:${index.toString(16).padStart(2, '0')}`;

/** What can happen to guests. */
export interface Churn {
  readonly guests: readonly ChurnedGuest[];
  /** Does one thing at random to one guest that nobody else is doing something to. */
  step(): Promise<void>;
  /** Brings all to a state that libvirt has announced: every guest defined, and those started that were changed while off. */
  settle(): Promise<void>;
}

/** Guests are taken to be running, as they were created, and must be known by their numbers. */
export async function createChurn(
  libvirtd: TestLibvirtd,
  created: readonly Guest[],
  { random, disturbances }: { readonly random: SeededRandom; readonly disturbances: Disturbances },
): Promise<Churn> {
  const { virsh, directory, account } = libvirtd;
  const busy = new Set<ChurnedGuest>();
  const guests = created.map((guest, index): ChurnedGuest => ({
    guest,
    index,
    isDefined: true,
    isRunning: true,
    hasExtraDisk: false,
    hasExtraNic: false,
    wasChangedWhileOff: false,
  }));
  const image = ({ guest }: ChurnedGuest): string => join(directory, `${guest.name}-extra.qcow2`);
  const description = (name: string): string => join(directory, `${name}.xml`);
  for (const churned of guests) {
    await runCommand('qemu-img', ['create', '-q', '-f', 'qcow2', image(churned), '4M']);
    if (account !== undefined) await runCommand('chown', [`${account.uid}:${account.gid}`, image(churned)]);
    const nic = `<interface type='user'><mac address='${extraNicMac(churned.index)}'/><model type='virtio'/><rom enabled='no'/></interface>`;
    await writeFile(description(`${churned.guest.name}-extra-nic`), nic);
  }

  const define = async (churned: ChurnedGuest): Promise<void> => {
    await virsh('define', description(churned.guest.name));
    churned.isDefined = true;
  };
  const startGuest = async (churned: ChurnedGuest): Promise<void> => {
    await virsh('start', churned.guest.name);
    Object.assign(churned, { isRunning: true, wasChangedWhileOff: false });
  };
  /** A guest without an operating system gives up no device while it runs, so that devices leave those that are off. */
  const actionsOf = (churned: ChurnedGuest): readonly (() => Promise<unknown>)[] => {
    const { guest, index, isDefined, isRunning, hasExtraDisk, hasExtraNic } = churned;
    const { name } = guest;
    if (!isDefined) return [() => define(churned)];
    const changeConfig = async (...args: readonly string[]): Promise<void> => {
      await virsh(...args, ...(isRunning ? ['--live', '--config'] : ['--config']));
      churned.wasChangedWhileOff ||= !isRunning;
    };
    const attachDisk = async (): Promise<void> => {
      const target = extraDiskTarget(index);
      await changeConfig('attach-disk', name, image(churned), target, '--driver', 'qemu', '--subdriver', 'qcow2');
      churned.hasExtraDisk = true;
    };
    const attachNic = async (): Promise<void> => {
      await changeConfig('attach-device', name, description(`${name}-extra-nic`));
      churned.hasExtraNic = true;
    };
    const attach = [...(hasExtraDisk ? [] : [attachDisk]), ...(hasExtraNic ? [] : [attachNic])];
    const destroy = async (): Promise<void> => {
      await virsh('destroy', name);
      churned.isRunning = false;
    };
    if (isRunning) return [destroy, ...attach];
    const start = (): Promise<void> => startGuest(churned);
    const undefine = async (): Promise<void> => {
      await virsh('undefine', name);
      Object.assign(churned, { isDefined: false, hasExtraDisk: false, hasExtraNic: false, wasChangedWhileOff: false });
    };
    const detachDisk = async (): Promise<void> => {
      await changeConfig('detach-disk', name, extraDiskTarget(index));
      churned.hasExtraDisk = false;
    };
    const detachNic = async (): Promise<void> => {
      await changeConfig('detach-device', name, description(`${name}-extra-nic`));
      churned.hasExtraNic = false;
    };
    const detach = [...(hasExtraDisk ? [detachDisk] : []), ...(hasExtraNic ? [detachNic] : [])];
    return [start, start, undefine, ...attach, ...detach];
  };

  return {
    guests,
    async step() {
      const churned = random.pick(guests.filter((candidate) => !busy.has(candidate)));
      const action = random.pick(actionsOf(churned));
      busy.add(churned);
      try {
        await disturbances.during(churned.guest.name, action);
      } finally {
        busy.delete(churned);
      }
    },
    async settle() {
      for (const churned of guests) {
        const { isDefined, wasChangedWhileOff, guest } = churned;
        if (!isDefined) await disturbances.during(guest.name, () => define(churned));
        else if (wasChangedWhileOff) await disturbances.during(guest.name, () => startGuest(churned));
      }
    },
  };
}
