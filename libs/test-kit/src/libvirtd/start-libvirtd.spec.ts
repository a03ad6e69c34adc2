import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import { eventually } from '../eventually.ts';
import { startLibvirtd } from './start-libvirtd.ts';
import type { TestLibvirtd } from './start-libvirtd.ts';

test('a guest is what its spec says, and has the statistics of its devices', async () => {
  await using libvirtd = await startLibvirtd();
  const guest = await libvirtd.guests.create({
    name: 'rich',
    uuid: '01234567-89ab-cdef-0123-456789abcdef',
    memoryMib: 24,
    vcpus: 2,
    disks: [{}, { bus: 'ide', sizeMib: 2, xml: '<serial>s1</serial>' }, {}],
    nics: 1,
    metadataXml: '<x:note xmlns:x="urn:note">kept</x:note>',
    xml: '<title>A title</title>',
    iothreads: 1,
    balloon: 'none',
  });
  assert.deepEqual(
    guest.disks.map((disk) => disk.target),
    ['vda', 'hda', 'vdb'],
  );
  const xml = await libvirtd.virsh('dumpxml', 'rich');
  for (const part of [
    guest.uuid,
    '<title>A title<',
    '>kept<',
    '<serial>s1<',
    "<memballoon model='none'",
    guest.nics[0]?.mac,
  ]) {
    assert.ok(part !== undefined && xml.includes(part), `${part} in ${xml}`);
  }
  const stats = await statistics(libvirtd, 'rich');
  assert.equal(stats['balloon.maximum'], String(24 * 1024));
  assert.equal(stats['vcpu.current'], '2');
  assert.equal(stats['iothread.count'], '1');
  assert.equal(stats['block.count'], '3');
  const ide = [0, 1, 2].find((index) => stats[`block.${index}.name`] === 'hda');
  assert.equal(stats[`block.${ide}.capacity`], String(2 * 1024 * 1024));
  assert.ok(stats[`block.${ide}.rd.reqs`] !== undefined);
  assert.equal(guest.nics[0]?.device, undefined);
});

test('a boot program moves the counters of the first disk by what was asked for', async () => {
  await using libvirtd = await startLibvirtd();
  await libvirtd.guests.create({ name: 'busy', disks: 2, diskActivity: { reads: 7, writes: 300 } });
  await libvirtd.guests.create({ name: 'reader', disks: 1, diskActivity: { reads: 3, writes: 0 } });
  await eventually(async () => {
    const busy = await statistics(libvirtd, 'busy');
    assert.equal(busy['block.0.wr.reqs'], '300');
    assert.equal(busy['block.0.wr.bytes'], String(300 * 512));
    // One more: the BIOS loads the program.
    assert.equal(busy['block.0.rd.reqs'], '8');
    assert.equal(busy['block.1.rd.reqs'], '0');
    const reader = await statistics(libvirtd, 'reader');
    assert.deepEqual([reader['block.0.rd.reqs'], reader['block.0.wr.reqs']], ['4', '0']);
  });
  await assert.rejects(libvirtd.guests.define({ name: 'bare', diskActivity: { reads: 1, writes: 1 } }), /needs a disk/);
});

test('a guest ends as it is told to: it panics after its reads, or suspends itself', async () => {
  await using libvirtd = await startLibvirtd();
  await libvirtd.guests.create({ name: 'panics', disks: 1, diskActivity: { reads: 2, writes: 0 }, ending: 'panic' });
  await libvirtd.guests.create({ name: 'sleeps', disks: 1, ending: 'suspend' });
  await eventually(async () => {
    const states = [await libvirtd.virsh('domstate', 'panics'), await libvirtd.virsh('domstate', 'sleeps')];
    assert.deepEqual(
      states.map((state) => state.trim()),
      ['crashed', 'pmsuspended'],
    );
  });
  assert.equal((await statistics(libvirtd, 'panics'))['block.0.rd.reqs'], '3');
  await assert.rejects(libvirtd.guests.define({ name: 'bare', ending: 'panic' }), /needs a disk/);
});

test('a guest is defined, started, destroyed and undefined', async () => {
  await using libvirtd = await startLibvirtd();
  const { guests, virsh } = libvirtd;
  await guests.define({ name: 'life' });
  assert.equal((await virsh('domstate', 'life')).trim(), 'shut off');
  await guests.start('life');
  const pid = await guests.pid('life');
  assert.ok(existsSync(`/proc/${pid}/exe`));
  await guests.destroy('life');
  assert.ok(!existsSync(`/proc/${pid}/exe`));
  await guests.undefine('life');
  await assert.rejects(virsh('domstate', 'life'), /failed to get domain/);
});

test('a stopped QEMU is a hung guest: stopping all does not wait for it and leaves nothing', async () => {
  const libvirtd = await startLibvirtd();
  await libvirtd.guests.create({ name: 'hung', disks: 1 });
  await libvirtd.guests.create({ name: 'well', disks: 1 });
  const pids = [libvirtd.pid, await libvirtd.guests.pid('hung'), await libvirtd.guests.pid('well')];
  process.kill(pids[1] ?? 0, 'SIGSTOP');
  // Whichever comes first waits for the guest without limit; the other one finds it waiting, and skips the guest.
  const asked = [1, 2].map(() => libvirtd.virsh('domstats', '--nowait', '--balloon'));
  const unblocked = Promise.allSettled(asked);
  assert.match(await Promise.race(asked), /balloon\.rss=/);
  await libvirtd.stop();
  await unblocked;
  for (const pid of pids) assert.ok(!existsSync(`/proc/${pid}/exe`), `${pid} still runs`);
  assert.ok(!existsSync(libvirtd.directory));
});

test('a hung guest comes back', async () => {
  await using libvirtd = await startLibvirtd();
  await libvirtd.guests.create({ name: 'slow' });
  const pid = await libvirtd.guests.pid('slow');
  process.kill(pid, 'SIGSTOP');
  const asked = libvirtd.virsh('domstats', 'slow', '--balloon');
  process.kill(pid, 'SIGCONT');
  assert.match(await asked, /balloon\.rss=/);
});

test('guests survive a libvirtd that is killed and are found again', async () => {
  await using libvirtd = await startLibvirtd();
  await libvirtd.guests.create({ name: 'survivor', disks: 1 });
  const pid = await libvirtd.guests.pid('survivor');
  await libvirtd.kill('SIGKILL');
  assert.ok(existsSync(`/proc/${pid}/exe`));
  await libvirtd.restart();
  await eventually(async () =>
    assert.match(await libvirtd.virsh('domstats', 'survivor', '--block'), /block\.0\.rd\.reqs=/),
  );
  assert.equal(await libvirtd.guests.pid('survivor'), pid);
});

const isRoot = process.getuid?.() === 0;

const framesAreCounted = async (): Promise<void> => {
  await using libvirtd = await startLibvirtd({ network: true });
  const { nics } = await libvirtd.guests.create({ name: 'net', nics: 2 });
  const [first = '', second = ''] = nics.map((nic) => nic.device);
  await libvirtd.nics.send(first, 1000);
  await libvirtd.nics.send(second, 3, 1514);
  await libvirtd.nics.send(second, 2, 42);
  await eventually(async () => {
    const stats = await statistics(libvirtd, 'net');
    assert.equal(stats['net.count'], '2');
    assert.equal(stats['net.0.name'], first);
    assert.deepEqual([stats['net.0.rx.pkts'], stats['net.0.rx.bytes']], ['1000', '100000']);
    assert.deepEqual([stats['net.1.rx.pkts'], stats['net.1.rx.bytes']], ['5', String(3 * 1514 + 2 * 42)]);
    assert.deepEqual([stats['net.0.tx.pkts'], stats['net.1.tx.pkts']], ['0', '0']);
  });
  assert.match(await libvirtd.virsh('domifstat', 'net', first), /rx_packets 1000/);
};
const bootCodeSends = async (): Promise<void> => {
  await using libvirtd = await startLibvirtd({ network: true });
  await libvirtd.guests.create({ name: 'asks', nics: 1, boot: 'network' });
  await eventually(async () => {
    const stats = await statistics(libvirtd, 'asks', '--interface');
    assert.ok(Number(stats['net.0.tx.pkts']) > 0);
    assert.ok(Number(stats['net.0.tx.bytes']) > 0);
    assert.equal(stats['net.0.rx.pkts'], '0');
  });
};
const networkIsRefused = async (): Promise<void> => {
  await assert.rejects(startLibvirtd({ network: true }), { code: 'not-permitted' });
};
if (isRoot) {
  test('frames sent to a NIC are what its counters count', framesAreCounted);
  test('a guest that starts from the network sends frames', bootCodeSends);
} else test('a network is refused to all but root', networkIsRefused);

test('frames need a network', async () => {
  await using libvirtd = await startLibvirtd();
  await assert.rejects(libvirtd.nics.send('tap0', 1), /network: true/);
});

/** virsh domstats as name and value. */
async function statistics(libvirtd: TestLibvirtd, ...args: string[]): Promise<Partial<Record<string, string>>> {
  const output = await libvirtd.virsh('domstats', ...args);
  return Object.fromEntries(Array.from(output.matchAll(/^\s+(\S+?)=(.*)$/gm), ([, name = '', value]) => [name, value]));
}
