import type { Guest, TestLibvirtd } from '@nephometer/test-kit';

/** Counters as virsh shows them, each under `METER RESOURCE_ID` of the samples that they should become. */
export type VirshCounters = ReadonlyMap<string, number>;

/** Which line of `virsh domblkstat` a disk's meter is, after `disk.` and after `disk.device.`. */
const diskLines: readonly (readonly [string, string])[] = [
  ['read.bytes', 'rd_bytes'],
  ['read.requests', 'rd_req'],
  ['write.bytes', 'wr_bytes'],
  ['write.requests', 'wr_req'],
];

/** Which line of `virsh domifstat` a NIC's meter is. */
const nicLines: readonly (readonly [string, string])[] = [
  ['network.incoming.bytes', 'rx_bytes'],
  ['network.incoming.packets', 'rx_packets'],
  ['network.outgoing.bytes', 'tx_bytes'],
  ['network.outgoing.packets', 'tx_packets'],
];

/** `cpu` of guests, in nanoseconds. Asks no monitor, and so costs the guests' QEMU no time itself. */
export async function readVirshCpu({ virsh }: TestLibvirtd, guests: readonly Guest[]): Promise<VirshCounters> {
  const counters = new Map<string, number>();
  for (const { name, uuid } of guests) {
    counters.set(`cpu ${uuid}`, numberIn(await virsh('domstats', name, '--cpu-total'), 'cpu.time='));
  }
  return counters;
}

/** What the disks and NICs of guests have counted; `disk.*` is the sum over a guest's disks. NICs must have devices. */
export async function readVirshDevices({ virsh }: TestLibvirtd, guests: readonly Guest[]): Promise<VirshCounters> {
  const counters = new Map<string, number>();
  for (const { name, uuid, disks, nics } of guests) {
    for (const [meter] of diskLines) counters.set(`disk.${meter} ${uuid}`, 0);
    for (const { target } of disks) {
      const shown = await virsh('domblkstat', name, target);
      for (const [meter, line] of diskLines) {
        const count = numberIn(shown, `${target} ${line} `);
        counters.set(`disk.device.${meter} ${uuid}-${target}`, count);
        counters.set(`disk.${meter} ${uuid}`, (counters.get(`disk.${meter} ${uuid}`) ?? 0) + count);
      }
    }
    for (const { device = '' } of nics) {
      const shown = await virsh('domifstat', name, device);
      for (const [meter, line] of nicLines) {
        counters.set(`${meter} ${name}-${uuid}-${device}`, numberIn(shown, `${device} ${line} `));
      }
    }
  }
  return counters;
}

function numberIn(shown: string, label: string): number {
  const line = shown.split('\n').find((one) => one.trimStart().startsWith(label));
  if (line === undefined) throw new Error(`no line "${label}" in ${shown}`);
  return Number(line.trimStart().slice(label.length));
}
