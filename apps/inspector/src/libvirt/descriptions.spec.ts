import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import type { Instance } from '@nephometer/inspector-api';
import { connect, LibvirtError } from '@nephometer/libvirt';
import type { Domain } from '@nephometer/libvirt';
import { eventually, startLibvirtd } from '@nephometer/test-kit';
import type { Guest, TestLibvirtd } from '@nephometer/test-kit';
import { createInventory } from '../inventory.ts';
import type { Inventory } from '../inventory.ts';
import { collectingLogger } from '../testing/quiet-logger.ts';
import type { CollectingLogger } from '../testing/quiet-logger.ts';
import { createDescriptions } from './descriptions.ts';
import type { Descriptions, DescriptionsSettings } from './descriptions.ts';
import { createDescriptionReader, unanswered } from './read-description.ts';
import type { DescriptionReader, DescriptionReaderSettings } from './read-description.ts';
import { openSession } from './session.ts';
import type { Session } from './session.ts';

const never = new AbortController().signal;

interface Followed extends AsyncDisposable {
  readonly session: Session;
  readonly inventory: Inventory;
  readonly descriptions: Descriptions;
  readonly log: CollectingLogger;
  /** Settles with the reason for which following ended. */
  readonly ended: Promise<unknown>;
  /** How often all domains have been listed. */
  readonly listed: () => number;
  /** Changes that no event announced: how many, and who found them. */
  readonly missed: readonly (readonly [number, string])[];
}

/** Descriptions of a daemon's guests, complete and followed. */
async function follow(libvirtd: TestLibvirtd, settings: Partial<DescriptionsSettings> = {}): Promise<Followed> {
  const session = await openSession({ uri: libvirtd.uri('qemu'), socket: undefined }, () => {}, never);
  const inventory = createInventory();
  const log = collectingLogger();
  const missed: [number, string][] = [];
  let listed = 0;
  const descriptions = createDescriptions({
    session,
    inventory,
    logger: log.logger,
    onCall: (procedure) => void (listed += procedure === 'list-all-domains' ? 1 : 0),
    onMissedEvents: (...args) => missed.push(args),
    unreadable: new Map(),
    ...settings,
  });
  const controller = new AbortController();
  const complete = Promise.withResolvers<void>();
  const ended = descriptions.follow(controller.signal, complete.resolve).catch((error: unknown) => error);
  await complete.promise;
  return {
    ...{ session, inventory, descriptions, log, ended, missed },
    listed: () => listed,
    [Symbol.asyncDispose]: async () => {
      controller.abort();
      await ended;
      await session.close();
    },
  };
}

/** Waits for so many readings of everything from here on. */
async function resyncs({ listed }: Followed, count: number): Promise<void> {
  // One more: the next one to end may have begun before this call.
  const enough = listed() + count + 1;
  await eventually(() => assert.ok(listed() >= enough));
}

void test('the revision stays while nothing changes, and moves with each change that an event announces', async () => {
  await using libvirtd = await startLibvirtd();
  const { uuid } = await libvirtd.guests.define({ name: 'guest', disks: 1 });
  await libvirtd.guests.define({ name: 'other' });
  await using followed = await follow(libvirtd, { resyncMs: 5 });
  const { inventory, missed } = followed;
  const { revision } = inventory;
  await resyncs(followed, 5);
  assert.equal(inventory.revision, revision);
  for (const title of ['one', 'two', 'three', 'four']) {
    await libvirtd.virsh('desc', 'guest', '--config', '--title', title);
    await eventually(() => assert.equal(inventory.get(uuid)?.title, title));
  }
  await resyncs(followed, 5);
  assert.equal(inventory.revision, revision + 4n);
  // Resyncs ran all the time, and often saw a change before its event came; a silent one shows that counting works.
  await libvirtd.virsh('setvcpus', 'guest', '2', '--config', '--maximum');
  await eventually(() => assert.deepEqual(missed, [[1, 'resync']]));
  assert.equal(inventory.get(uuid)?.vcpusMaximum, 2);
  assert.equal(inventory.revision, revision + 5n);
});

void test('a change without an event is found by the next reading of everything, counted and said', async () => {
  await using libvirtd = await startLibvirtd();
  const guests = [await libvirtd.guests.define({ name: 'a' }), await libvirtd.guests.define({ name: 'b' })];
  await using followed = await follow(libvirtd, { resyncMs: 100 });
  const { inventory, missed, log } = followed;
  // libvirt 9 keeps silent about numbers of a definition that are changed by themselves.
  for (const { name } of guests) await libvirtd.virsh('setmem', name, '8192', '--config');
  await eventually(() => {
    for (const { uuid } of guests) assert.equal(inventory.get(uuid)?.memoryCurrentKib, 8192n);
  });
  await eventually(() =>
    assert.equal(
      missed.reduce((sum, [count]) => sum + count, 0),
      2,
    ),
  );
  assert.ok(missed.every(([, foundBy]) => foundBy === 'resync'));
  const lines = log.lines().filter(({ msg }) => msg === 'found changes that no event had announced');
  assert.equal(
    lines.reduce((sum, line) => sum + Number(line['count']), 0),
    2,
  );
});

void test('a change without an event is found when statistics do not fit, and that alone is read', async () => {
  await using libvirtd = await startLibvirtd();
  const { uuid, name } = await libvirtd.guests.define({ name: 'guest' });
  await using followed = await follow(libvirtd);
  const { inventory, missed, descriptions } = followed;
  const domain: Domain = { uuid, name, id: -1 };
  descriptions.suspect(domain);
  await libvirtd.virsh('setmem', 'guest', '8192', '--config');
  descriptions.suspect(domain);
  await eventually(() => assert.equal(inventory.get(uuid)?.memoryCurrentKib, 8192n));
  await eventually(() => assert.deepEqual(missed, [[1, 'reading']]));
  assert.equal(followed.listed(), 1);
});

void test('guests that come and go while everything is read again and again are neither lost nor counted', async () => {
  await using libvirtd = await startLibvirtd();
  await using followed = await follow(libvirtd, { resyncMs: 1 });
  const { inventory, missed } = followed;
  for (let round = 0; round < 5; round++) {
    const { uuid } = await libvirtd.guests.define({ name: `guest${round}` });
    await eventually(() => assert.ok(inventory.get(uuid) !== undefined));
    if (round % 2 === 0) continue;
    await libvirtd.guests.undefine(`guest${round}`);
    await eventually(() => assert.equal(inventory.get(uuid), undefined));
  }
  assert.equal(inventory.size, 3);
  // What is missed is counted after its grace; this one, found last, is the only one.
  await libvirtd.virsh('setmem', 'guest0', '8192', '--config');
  await eventually(() => assert.deepEqual(missed, [[1, 'resync']]));
});

void test('a guest that changes all the time keeps neither the others nor the reading of everything from their turn', async () => {
  await using libvirtd = await startLibvirtd();
  const restless = await libvirtd.guests.define({ name: 'restless' });
  const other = await libvirtd.guests.define({ name: 'other' });
  await using followed = await follow(libvirtd, { resyncMs: 200 });
  await using writer = await connect({ uri: libvirtd.uri('qemu'), readOnly: false });
  let isOver = false;
  const changing = (async () => {
    for (let number = 0; !isOver; number++) {
      await writer.setMetadata({ ...restless, id: -1 }, { type: 'title', text: `title ${number}` });
    }
    return await writer.getMetadata({ ...restless, id: -1 }, { type: 'title' });
  })();
  try {
    await libvirtd.virsh('desc', 'other', '--config', '--title', 'seen');
    await eventually(() => assert.equal(followed.inventory.get(other.uuid)?.title, 'seen'));
    await resyncs(followed, 2);
    // Nothing tells of this one, so a reading of everything must have come through.
    await libvirtd.virsh('setmem', 'other', '8192', '--config');
    await eventually(() => assert.equal(followed.inventory.get(other.uuid)?.memoryCurrentKib, 8192n));
  } finally {
    isOver = true;
  }
  const last = await changing;
  await eventually(() => assert.equal(followed.inventory.get(restless.uuid)?.title, last));
});

void test('more events than are kept lead to a reading of everything, and count as no missed ones', async () => {
  await using libvirtd = await startLibvirtd();
  const guests: Guest[] = [];
  for (let number = 0; number < 6; number++) guests.push(await libvirtd.guests.define({ name: `g${number}` }));
  await using followed = await follow(libvirtd, { maxBufferedEvents: 2 });
  const { inventory, log } = followed;
  const commands = guests.map(({ name }) => `desc ${name} --config --title new-${name}`).join('; ');
  // This process does nothing else meanwhile, so all events wait in the socket and arrive in one piece.
  execFileSync('virsh', ['-q', '-c', libvirtd.uri('qemu'), commands], { stdio: 'ignore' });
  await eventually(() => {
    for (const { uuid, name } of guests) assert.equal(inventory.get(uuid)?.title, `new-${name}`);
  });
  await eventually(() => assert.equal(followed.listed(), 2));
  assert.ok(log.messages().includes('too many events at once, reading all descriptions'));
  await libvirtd.virsh('setmem', 'g0', '8192', '--config');
  followed.descriptions.suspect({ uuid: guests[0]?.uuid ?? '', name: 'g0', id: -1 });
  await eventually(() => assert.deepEqual(followed.missed, [[1, 'reading']]));
});

void test('a connection that is lost during a reading costs no description its details', async () => {
  await using libvirtd = await startLibvirtd();
  const { uuid, name } = await libvirtd.guests.define({ name: 'guest', disks: 1 });
  await using followed = await follow(libvirtd);
  const { inventory, log } = followed;
  const { revision } = inventory;
  process.kill(libvirtd.pid, 'SIGSTOP');
  followed.descriptions.suspect({ uuid, name, id: -1 });
  await eventually(() => assert.equal(followed.session.probe.outstanding, 1));
  await libvirtd.kill('SIGKILL');
  const reason = await followed.ended;
  assert.ok(reason instanceof LibvirtError && reason.code === 'connection-lost', String(reason));
  assert.equal(inventory.revision, revision);
  assert.equal(inventory.get(uuid)?.disks.length, 1);
  assert.deepEqual(log.messages(), []);
});

void test('a definition that cannot be read costs its guest the details, and the log says when it begins and ends', async () => {
  await using libvirtd = await startLibvirtd();
  const { uuid, name } = await libvirtd.guests.define({ name: 'guest', disks: 1 });
  const domain: Domain = { uuid, name, id: -1 };
  const { logger, messages } = collectingLogger();
  const session = await openSession({ uri: libvirtd.uri('qemu'), socket: undefined }, () => {}, never);
  try {
    let isBroken = true;
    // No libvirtd hands out what its own parser refuses, so the definition is spoilt on its way.
    const probe: DescriptionReaderSettings['probe'] = {
      getState: (...args) => session.probe.getState(...args),
      getXmlDesc: async (...args) => (await session.probe.getXmlDesc(...args)).slice(isBroken ? 9 : 0),
    };
    const unreadable = new Map<string, string>();
    const newReader = (): DescriptionReader =>
      createDescriptionReader({ probe, logger, onCall: () => {}, unreadable, onAnswered: () => {} });
    const read = async (reader: DescriptionReader): Promise<Instance | undefined> => {
      const instance = await reader.read(domain, never);
      assert.notEqual(instance, unanswered);
      return instance === unanswered ? undefined : instance;
    };
    for (let session = 0; session < 3; session++) {
      const brief = await read(newReader());
      assert.deepEqual([brief?.id, brief?.name, brief?.disks.length], [uuid, 'guest', 0]);
    }
    isBroken = false;
    const reader = newReader();
    for (let round = 0; round < 2; round++) assert.equal((await read(reader))?.disks.length, 1);
    assert.deepEqual(messages(), ['definition of a domain cannot be read', 'definition of a domain can be read again']);
    await libvirtd.guests.undefine('guest');
    assert.equal(await reader.read(domain, never), undefined);
  } finally {
    await session.close();
  }
});

void test('a domain that libvirt holds keeps its description, is not asked about again, and is read once libvirt answers', async () => {
  const { logger, messages } = collectingLogger();
  const answer = Promise.withResolvers<{ state: number; reason: number }>();
  const domain = { uuid: 'held', name: 'held', id: 1 };
  let asked = 0;
  const probe = {
    getState: () => {
      asked++;
      return answer.promise;
    },
    getXmlDesc: () => Promise.resolve('<domain><name>held</name></domain>'),
  };
  const answered: string[] = [];
  const onAnswered = ({ name }: { readonly name: string }): void => void answered.push(name);
  const settings = {
    probe,
    logger,
    onCall: () => {},
    unreadable: new Map<string, string>(),
    onAnswered,
    patienceMs: 1,
  };
  const reader = createDescriptionReader(settings);
  for (let round = 0; round < 3; round++) assert.equal(await reader.read(domain, never), unanswered);
  assert.deepEqual([asked, messages()], [1, ['libvirt does not answer about a domain']]);
  answer.resolve({ state: 1, reason: 0 });
  await eventually(() => assert.deepEqual(answered, ['held']));
  const instance = await createDescriptionReader({ ...settings, patienceMs: 60_000 }).read(domain, never);
  assert.ok(instance !== unanswered);
  assert.equal(instance?.name, 'held');
});
