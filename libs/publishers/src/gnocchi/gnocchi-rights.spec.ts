import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Publisher } from '@nephometer/plugin';
import { startGnocchi, temporaryDirectory } from '@nephometer/test-kit';
import type { TestGnocchi } from '@nephometer/test-kit';
import { exampleSettings } from '../example.ts';
import { guestId, guestSample } from './example.ts';
import { gnocchiPublisherFactory } from './gnocchi-publisher.ts';

const { signal } = new AbortController();

let gnocchi: TestGnocchi;
before(async () => {
  gnocchi = await startGnocchi();
});
after(() => gnocchi[Symbol.asyncDispose]());

function open(user: string, query = '', settings = exampleSettings()): Publisher & AsyncDisposable {
  const url = `gnocchi://${user}:secret@127.0.0.1:${gnocchi.port}/?timeout=60&${query}`;
  const publisher = gnocchiPublisherFactory.create(url, settings);
  return { ...publisher, [Symbol.asyncDispose]: () => publisher.close() };
}

const at = (guest: number, second: number): ReturnType<typeof guestSample> =>
  guestSample(guest, { volume: second, timestamp: `2026-01-02T03:04:0${second}` });

// The tests build on each other: rights are given one by one.

test('Without the right to make archive policies nothing is sent, and samples may wait', async () => {
  await using bob = open('bob');
  await assert.rejects(bob.publish([at(0, 1)], signal), {
    code: 'refused',
    isPermanent: false,
    message: /no archive policy "ceilometer-low-rate", which cannot be made \(.*answered 403.*create it/,
  });
  await using other = open('bob', 'archive_policy=nowhere');
  await assert.rejects(other.publish([at(0, 1)], signal), {
    code: 'refused',
    isPermanent: false,
    message: /no archive policy "nowhere", which is not among those of the definitions/,
  });
});

test('Without the right to make types nothing is sent either, until somebody has made them', async () => {
  await using bob = open('bob', 'archive_policy=low');
  const expected = {
    code: 'refused',
    isPermanent: false,
    message: /no resource type "instance" .*403.*ceilometer-upgrade/,
  };
  await assert.rejects(bob.publish([at(0, 1)], signal), expected);
  await using hesitant = open('admin', 'archive_policy=low&create_resource_types=false');
  await assert.rejects(hesitant.publish([at(0, 1)], signal), {
    ...expected,
    message: /no resource type "instance" .*404/,
  });
  await using admin = open('admin');
  assert.deepEqual(await admin.publish([at(0, 1)], signal), []);
  assert.deepEqual(await bob.publish([at(1, 1)], signal), []);
  // Of this type there is none, and some samples were stored: these are lost, and said to be.
  const [refusal] = await bob.publish([at(1, 2), guestSample(1, { name: 'disk.device.usage', device: 'vda' })], signal);
  assert.equal(refusal?.samples, 1);
  assert.match(refusal?.reason ?? '', /no resource type "instance_disk"/);
});

test('Metrics that belong to somebody else are refused one by one, unless there is nothing else', async () => {
  await using bob = open('bob');
  const samples = [at(1, 3), at(0, 3), at(2, 3), at(0, 4), at(3, 3)];
  assert.deepEqual(await bob.publish(samples, signal), [
    { samples: 2, reason: `Gnocchi refuses measures of cpu: "Forbidden"; for example ${guestId(0)}` },
  ]);
  for (const guest of [1, 2, 3]) {
    const stored = await gnocchi.measures('instance', guestId(guest), 'cpu');
    assert.equal(stored.length, 1, guestId(guest));
  }
  await assert.rejects(bob.publish([at(0, 5)], signal), { code: 'unauthorized', isPermanent: false });
  await bob.close();
  await assert.rejects(bob.publish([at(1, 5)], signal), { code: 'closed' });
});

test('Attributes that may not be written cost no measures, and are told once', async () => {
  await gnocchi.ask('POST', 'resource/instance', { id: guestId(30), metrics: {} });
  await using bob = open('bob');
  assert.deepEqual(await bob.publish([at(30, 1)], signal), [
    { samples: 0, reason: `Gnocchi refuses attributes of type instance: "Forbidden"; for example ${guestId(30)}` },
  ]);
  assert.deepEqual(await bob.publish([at(30, 2)], signal), []);
  assert.equal((await gnocchi.measures('instance', guestId(30), 'cpu'))[0]?.[2], 1.5);
});

test('A policy that was removed meanwhile is made again', async () => {
  await using directory = await temporaryDirectory();
  const text = `
    archive_policies:
      - {name: first, definition: [{granularity: 60, timespan: 1 day}]}
      - {name: second, back_window: 1, aggregation_methods: [max], definition: [{granularity: 60, points: 10}]}
    resources:
      - resource_type: instance
        metrics:
          cpu: {archive_policy_name: first}
          memory.usage: {archive_policy_name: second}`;
  await writeFile(join(directory.path, 'mine.yaml'), text);
  await using admin = open(
    'admin',
    'resources_definition_file=mine.yaml',
    exampleSettings({ baseDirectory: directory.path }),
  );
  assert.deepEqual(await admin.publish([at(40, 1)], signal), []);
  await gnocchi.ask('DELETE', 'archive_policy/second');
  const memory = guestSample(40, { name: 'memory.usage', timestamp: '2026-01-02T03:04:05' });
  await assert.rejects(admin.publish([memory], signal), {
    isPermanent: false,
    message: /Archive policy second does not exist/,
  });
  assert.deepEqual(await admin.publish([memory], signal), []);
  assert.deepEqual(await gnocchi.measures('instance', guestId(40), 'memory.usage', 'max'), [
    ['2026-01-02T03:04:00+00:00', 60, 5],
  ]);
});

test('A type that was removed meanwhile is made again', async () => {
  await using admin = open('admin');
  const disk = guestSample(50, { name: 'disk.device.usage', device: 'vda' });
  assert.deepEqual(await admin.publish([disk], signal), []);
  await gnocchi.ask('DELETE', `resource/instance_disk/${disk.resourceId}`);
  await gnocchi.ask('DELETE', 'resource_type/instance_disk');
  await assert.rejects(admin.publish([disk], signal), { isPermanent: false, message: /answered 404/ });
  assert.deepEqual(await admin.publish([disk], signal), []);
});
