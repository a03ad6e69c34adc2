/** What listens on libvirt's socket is broken, or no libvirt at all. */
import assert from 'node:assert/strict';
import { symlink } from 'node:fs/promises';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { status } from '@grpc/grpc-js';
import { eventually, startLibvirtd } from '@nephometer/test-kit';
import { assertComplete } from './completeness.ts';
import { startGuests } from './guests.ts';
import { untilServing } from './health.ts';
import { changes, handshakes, sends, startHostileDaemon } from './hostile-daemon.ts';
import type { Behaviour } from './hostile-daemon.ts';
import { startInspectorUnderTest } from './inspector-under-test.ts';
import { openSockets, residentMib } from './process-facts.ts';
import { seededRandom } from './seeded-random.ts';
import { warmUp } from './warm-up.ts';
import { fieldsOf, frame, procedures, uint32 } from './wire.ts';

const MIB = 1024 * 1024;
const GUESTS = 4;
/** The largest frame that libvirt allows is 32 of them, in a buffer that may be twice as large. */
const GROWTH_MIB = 80;
/** All of the heap that it may use, about half of which it has at first. */
const FUZZ_GROWTH_MIB = 120;
/** Connections that a reading which had to ask guests one by one may leave open for the next such reading. */
const IDLE_LANES = 2;
const AWAY = 'libvirt is not available, trying again until it is';
const MUTATED_REPLIES = 2000;
/** On a machine with other work on it they are fewer in the same time, but not fewer than this. */
const LEAST_MUTATED_REPLIES = 200;
const SESSION_MS = 3000;
const USUAL_MS = 40_000;
const HEADER_BYTES = 28;

const event = (body: Buffer): Buffer => frame({ procedure: 318, type: 2, serial: 1 }, body);
const dripped =
  (length: number): Behaviour =>
  (client) => {
    client.write(uint32(length));
    const drip = async (): Promise<void> => {
      while (!client.destroyed) {
        // As fast as it is taken, and no faster: what piles up here is not what is measured.
        if (!client.writableNeedDrain) client.write(Buffer.alloc(MIB));
        await sleep(10);
      }
    };
    void drip();
  };

/** Those that end at once and those that are waited for alternate: the inspector's patience grows with each silent try. */
const hostile: readonly (readonly [what: string, Behaviour])[] = [
  ['it closes at once', (client) => client.destroy()],
  ['it says nothing', () => undefined],
  ['a frame of 0 bytes', sends(uint32(0))],
  ['32 MiB announced and dripped', dripped(32 * MIB)],
  ['a frame of 3 bytes', sends(uint32(3))],
  [
    'replies to calls never made',
    sends(frame({ procedure: procedures.allStats, type: 1, serial: 0xdeadbeef }, Buffer.alloc(64, 7))),
  ],
  ['2 GiB announced and dripped', dripped(2 ** 31)],
  ['33 MiB announced and dripped', dripped(33 * MIB)],
  ['text', sends(Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n'))],
  ['a string without end', handshakes(new Map([[procedures.getHostname, uint32(0xffffffff)]]))],
  ['a string longer than its frame', handshakes(new Map([[procedures.getType, uint32(4 * MIB)]]))],
  ['a handshake, then garbage', handshakes(new Map(), (client) => void client.write(Buffer.alloc(4096, 0xa5)))],
  ['a handshake, then events of garbage', handshakes(new Map(), sends(event(Buffer.alloc(512, 0xff))))],
];

test('whatever a socket answers, the inspector stays up, says where, grows not, and finds the libvirt that follows', async () => {
  await using libvirtd = await startLibvirtd();
  await startGuests(libvirtd, GUESTS);
  await using daemon = await startHostileDaemon();
  await using inspector = await startInspectorUnderTest(`qemu+unix:///session?socket=${daemon.path}`);
  const { pid } = inspector.process;
  await untilServing(inspector, false, 30_000);
  const rssBefore = await residentMib(pid);
  let tries = 0;

  for (const [what, behaviour] of hostile) {
    daemon.behave(behaviour);
    await eventually(() => assert.ok(daemon.gone > 0, `${what}: ${daemon.came} came and nobody has gone`));
    tries += daemon.came;
    await untilServing(inspector, false, 0);
    await assert.rejects(inspector.inspect(), { code: status.UNAVAILABLE }, what);
    const rss = await residentMib(pid);
    assert.ok(rss < rssBefore + GROWTH_MIB, `${what}: ${rss} MiB, were ${rssBefore} MiB`);
  }
  const said = inspector.process.jsonLines('stderr').filter(({ msg }) => msg === AWAY);
  assert.ok(said.length > 0 && said.length < tries, `${said.length} lines for ${tries} tries`);
  for (const line of said) assert.ok(JSON.stringify(line).includes(daemon.path), 'the message says where');

  await daemon.leave();
  await symlink(libvirtd.socketPath, daemon.path);
  await warmUp(inspector);
  await using fresh = await startInspectorUnderTest(libvirtd.uri('qemu'));
  await warmUp(fresh);
  // As many as one that met nothing hostile; what we ourselves hold of its HTTP side goes within seconds.
  await eventually(async () => {
    const [open, usual] = [await openSockets(pid), await openSockets(fresh.process.pid)];
    assert.ok(open <= usual + IDLE_LANES, `${open} sockets, ${usual} are usual`);
  });
});

test('replies of libvirt with bytes changed on the way never end the inspector, and right ones are read again', async () => {
  await using libvirtd = await startLibvirtd();
  await startGuests(libvirtd, GUESTS);
  await using daemon = await startHostileDaemon();
  daemon.behave(changes(libvirtd.socketPath, (whole) => whole));
  await using inspector = await startInspectorUnderTest(`qemu+unix:///session?socket=${daemon.path}`);
  const { pid } = inspector.process;
  const { shapes } = await warmUp(inspector);
  const socketsBefore = await openSockets(pid);
  const rssBefore = await residentMib(pid);

  // A type of parameter that no libvirt has.
  const unknownType = (whole: Buffer): Buffer => {
    const name = Buffer.from('state.state\0');
    const at = whole.indexOf(name);
    if (fieldsOf(whole).procedure === procedures.allStats && at > 0) whole.writeUInt32BE(99, at + name.length);
    return whole;
  };
  daemon.behave(changes(libvirtd.socketPath, unknownType));
  await untilServing(inspector, true, 30_000);
  await assert.rejects(inspector.inspect(), { code: status.UNAVAILABLE });

  const random = seededRandom();
  let mutated = 0;
  /** Mostly in statistics, and in what follows the header: a session that is lost is made anew only after a pause. */
  const flip = (whole: Buffer): Buffer => {
    const { procedure } = fieldsOf(whole);
    if (random.next(procedure === procedures.allStats ? 2 : 30) > 0) return whole;
    mutated++;
    const from = whole.length > HEADER_BYTES && random.next(500) > 0 ? HEADER_BYTES : 0;
    const at = from + random.next(whole.length - from);
    whole[at] = (whole[at] ?? 0) ^ (1 << random.next(8));
    return whole;
  };
  const startedAt = performance.now();
  let cutAt = 0;
  const isEnough = (): boolean =>
    mutated >= (performance.now() < startedAt + USUAL_MS ? MUTATED_REPLIES : LEAST_MUTATED_REPLIES);
  while (!isEnough()) {
    // A reply whose number was changed is one that never came: such a session is good for nothing more.
    if (performance.now() > cutAt) {
      daemon.behave(changes(libvirtd.socketPath, flip));
      cutAt = performance.now() + SESSION_MS;
    }
    // Good or bad, each must end.
    const ask = (id: string): Promise<unknown> => inspector.inspect({ ids: [id] }, { deadlineMs: 1000 });
    const outcomes = await Promise.allSettled([...shapes.keys()].map(ask));
    if (outcomes.every((outcome) => outcome.status === 'rejected')) await sleep(20);
  }
  const seed = `seed ${random.seed}, ${mutated} replies`;
  daemon.behave(changes(libvirtd.socketPath, (whole) => whole));
  await untilServing(inspector, true, 30_000);
  await eventually(async () => assertComplete(await inspector.inspect(), shapes));
  const rss = await residentMib(pid);
  assert.ok(rss < rssBefore + FUZZ_GROWTH_MIB, `${seed}: ${rss} MiB, were ${rssBefore} MiB`);
  await eventually(async () => {
    const open = await openSockets(pid);
    assert.ok(open <= socketsBefore + IDLE_LANES, `${seed}: ${open} sockets, were ${socketsBefore}`);
  });
  const errors = inspector.process.jsonLines('stderr').filter(({ level }) => level === 'error' || level === 'fatal');
  assert.deepEqual(errors, [], seed);
});
