import type { PrivateLibvirtd } from '@nephometer/private-libvirtd';
import { eventually } from '../eventually.ts';
import { runCommand } from '../run-command.ts';
import type { GuestNic } from './guest-spec.ts';

/** Frames for guests' NICs, from the host's side. */
export interface Nics {
  /**
   * Puts frames on a tap device, which its running guest takes as received: `rx.pkts` grows by `count`, `rx.bytes` by
   * `count * frameBytes`, a little later. Nothing else uses the device, so the counters are exact.
   *
   * @param device as in `guest.nics[n].device`.
   * @param count at most 4000: what the device holds for a guest that does not look.
   * @param frameBytes size of each, its Ethernet header included, 42 to 1514; default 100.
   */
  send(device: string, count: number, frameBytes?: number): Promise<void>;
}

/** The NICs of one libvirtd, and how its guests get theirs. */
interface NicSupply {
  readonly nics: Nics;
  readonly create: () => Promise<GuestNic>;
}

const QUEUE_FRAMES = 5000;
/** Ethernet 14, IPv4 20, UDP 8. */
const HEADER_BYTES = 42;

/** Runs in the namespace: broadcasts UDP datagrams, which need no answer from anybody to be sent. */
const SENDER = `
const [address, count, size] = process.argv.slice(1);
const socket = require('node:dgram').createSocket('udp4');
socket.bind(() => {
  socket.setBroadcast(true);
  const send = (left) => {
    if (left === 0) return socket.close();
    socket.send(Buffer.alloc(Number(size)), 9, address, (error) => {
      if (error) throw error;
      send(left - 1);
    });
  };
  send(Number(count));
});
`;

/** NICs for guests of one libvirtd; device number N has the addresses 10.x.y.0/24 with N = 256 x + y to itself. */
export function createNics({ networkNamespace, account }: PrivateLibvirtd): NicSupply {
  let created = 0;
  const ip = (args: readonly string[], input = ''): Promise<string> =>
    runCommand('nsenter', [`--net=${networkNamespace}`, 'ip', ...args], { input });

  const create = async (): Promise<GuestNic> => {
    const number = created++;
    const mac = `52:54:00:00:${hex(number >> 8)}:${hex(number & 0xff)}`;
    if (networkNamespace === undefined) return { mac, device: undefined };
    const device = `tap${number}`;
    await ip(
      ['-batch', '-'],
      `tuntap add dev ${device} mode tap user ${account?.uid ?? 0}
       link set dev ${device} txqueuelen ${QUEUE_FRAMES}
       address add ${subnet(number)}.1/24 broadcast ${subnet(number)}.255 dev ${device}
       link set dev ${device} up\n`,
    );
    return { mac, device };
  };

  const send = async (device: string, count: number, frameBytes = 100): Promise<void> => {
    if (networkNamespace === undefined) throw new Error('this libvirtd has no network: start it with network: true');
    // The kernel throws frames away until it has noticed that the guest is at the other end.
    await eventually(async () => {
      const [link] = JSON.parse(await ip(['-json', 'link', 'show', 'dev', device])) as { operstate: string }[];
      if (link?.operstate !== 'UP') throw new Error(`${device} is ${link?.operstate}: is its guest running?`);
    });
    const number = Number(device.replace('tap', ''));
    const target = [`${subnet(number)}.255`, String(count), String(frameBytes - HEADER_BYTES)];
    await runCommand('nsenter', [`--net=${networkNamespace}`, process.execPath, '-e', SENDER, ...target]);
  };
  return { nics: { send }, create };
}

const hex = (byte: number): string => byte.toString(16).padStart(2, '0');
const subnet = (number: number): string => `10.${number >> 8}.${number & 0xff}`;
