import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Publisher } from '@nephometer/plugin';
import { startGnocchi, temporaryDirectory } from '@nephometer/test-kit';
import type { TestGnocchi } from '@nephometer/test-kit';
import type { Sample } from '@nephometer/sample';
import { exampleSettings } from '../example.ts';
import { readTestdata, recordedMessages, sampleOf } from '../message/recorded.ts';
import { guestCycles, guestId, guestMetadata, guestSample } from './example.ts';
import { gnocchiPublisherFactory } from './gnocchi-publisher.ts';

const { signal } = new AbortController();

let gnocchi: TestGnocchi;
before(async () => {
  gnocchi = await startGnocchi();
});
after(() => gnocchi[Symbol.asyncDispose]());

function open(query = '', settings = exampleSettings(), user = 'admin'): Publisher & AsyncDisposable {
  const publisher = gnocchiPublisherFactory.create(
    `gnocchi://${user}:@127.0.0.1:${gnocchi.port}/?timeout=60&${query}`,
    settings,
  );
  return { ...publisher, [Symbol.asyncDispose]: () => publisher.close() };
}

const typeOf = (resourceId: string): string =>
  resourceId.endsWith('vda')
    ? 'instance_disk'
    : resourceId.endsWith('tap-0')
      ? 'instance_network_interface'
      : 'instance';

interface Policy {
  readonly name: string;
  readonly aggregation_methods: readonly string[];
}

interface StoredResource {
  readonly metrics: Readonly<Record<string, string>>;
  readonly display_name?: string;
}

test('Ten guests of five cycles are stored, each sample once, however often they are sent', async () => {
  await using publisher = open();
  const cycles = guestCycles(10, 5);
  for (const samples of [...cycles, ...cycles.slice(-1)])
    assert.deepEqual(await publisher.publish(samples, signal), []);
  const check = async (first: Sample): Promise<void> => {
    const expected = cycles.map((samples, cycle) => {
      const sample = samples.find(({ name, resourceId }) => name === first.name && resourceId === first.resourceId);
      return [`2026-01-02T03:${String(5 + cycle * 5).padStart(2, '0')}:00+00:00`, 300, sample?.volume];
    });
    const type = typeOf(first.resourceId);
    assert.deepEqual(await gnocchi.measures(type, first.resourceId, first.name), expected, first.resourceId);
  };
  await Promise.all((cycles[0] ?? []).map(check));
  const rates = await gnocchi.measures('instance', guestId(3), 'cpu', 'rate:mean');
  assert.deepEqual(
    rates.map(([, , rate]) => rate),
    [1000, 1000, 1000, 1000],
  );
});

test('What is left in Gnocchi is what the real Ceilometer left of the same samples', async () => {
  await using publisher = open('archive_policy=ceilometer-low', exampleSettings({ compat: '19.0.0' }));
  const refusals = await publisher.publish(recordedMessages('gnocchi-samples-19.0.0.jsonl').map(sampleOf), signal);
  assert.deepEqual(
    refusals.map(({ samples, reason }) => [samples, /meter "(.*)"/.exec(reason)?.[1]]),
    [
      [1, 'network.incoming.bytes.delta'],
      [1, 'network.outgoing.packets.delta'],
    ],
  );
  const state = JSON.parse(readTestdata('gnocchi-state-19.0.0.json')) as {
    resources: { type: string; original_resource_id: string; metrics: string[] }[];
    archive_policies: Policy[];
    cpu: unknown;
    resource_types: Record<string, Record<string, string>>;
  };
  for (const expected of state.resources) {
    const path = `resource/${expected.type}/${expected.original_resource_id}`;
    const stored = (await gnocchi.get(path)) as StoredResource & Record<string, unknown>;
    const own = Object.keys(expected).map((key) => [
      key,
      key === 'metrics' ? Object.keys(stored.metrics).sort() : stored[key],
    ]);
    assert.deepEqual(Object.fromEntries(own), expected);
  }
  for (const policy of state.archive_policies) {
    // Gnocchi keeps them as a set, in an order of the moment.
    const stored = (await gnocchi.get(`archive_policy/${policy.name}`)) as Policy;
    assert.deepEqual({ ...stored, aggregation_methods: stored.aggregation_methods.toSorted() }, policy);
  }
  for (const [name, attributes] of Object.entries(state.resource_types)) {
    const stored = (await gnocchi.get(`resource_type/${name}`)) as { attributes: Record<string, { type: string }> };
    assert.deepEqual(
      Object.fromEntries(Object.entries(stored.attributes).map(([key, { type }]) => [key, type])),
      attributes,
    );
  }
  const instance = state.resources.find(({ type }) => type === 'instance')?.original_resource_id ?? '';
  const metric = (await gnocchi.get(`resource/instance/${instance}/metric/cpu`)) as Record<string, unknown> & {
    archive_policy: { name: string };
  };
  assert.deepEqual({ unit: metric['unit'], archive_policy: metric.archive_policy.name }, state.cpu);
});

test('Attributes are told again only when they have changed, and once after a start', async () => {
  const revisions = async (): Promise<unknown[]> => {
    const all = (await gnocchi.get(`resource/instance/${guestId(20)}/history`)) as StoredResource[];
    return all.map(({ display_name }) => display_name);
  };
  const renamed = (name: string, cycle: number): ReturnType<typeof guestSample> =>
    guestSample(20, {
      resourceMetadata: guestMetadata(20, { display_name: name }),
      timestamp: `2026-01-02T03:${10 + cycle}:00`,
    });
  {
    await using publisher = open();
    for (const [cycle, name] of ['a', 'a', 'b', 'b'].entries()) {
      assert.deepEqual(await publisher.publish([renamed(name, cycle)], signal), []);
    }
  }
  assert.deepEqual(await revisions(), ['a', 'b']);
  await using restarted = open();
  await restarted.publish([renamed('b', 5)], signal);
  assert.deepEqual(await revisions(), ['a', 'b']);
  // Unnoticed, since nothing has changed on this side.
  await gnocchi.ask('PATCH', `resource/instance/${guestId(20)}`, { display_name: 'by hand' });
  await restarted.publish([renamed('b', 6)], signal);
  assert.deepEqual(await revisions(), ['a', 'b', 'by hand']);
});

test('What no definition has, and what cannot be stored, is refused, and the rest is stored', async () => {
  await using publisher = open();
  const refusals = await publisher.publish(
    [
      guestSample(21, { name: 'network.incoming.bytes.rate' }),
      guestSample(21, { name: 'network.incoming.bytes.rate' }),
      guestSample(21, { volume: Infinity, timestamp: '2026-01-02T03:05:01' }),
      guestSample(21, { resourceId: 'x'.repeat(256) }),
      // An instance that is no UUID.
      guestSample(21, {
        name: 'disk.device.usage',
        resourceId: 'd-1',
        resourceMetadata: { disk_name: 'vda', instance_id: 'i' },
      }),
      guestSample(21, { projectId: 'p'.repeat(256) }),
      guestSample(21, { volume: 8, timestamp: 'yesterday' }),
      guestSample(21, { volume: 7, unit: 'u'.repeat(32) }),
    ],
    signal,
  );
  assert.deepEqual(refusals, [
    { samples: 2, reason: 'the definitions of resources do not have the meter "network.incoming.bytes.rate"' },
    { samples: 1, reason: 'only finite numbers can be stored' },
    { samples: 1, reason: 'the id of a resource must have between 1 and 255 characters' },
    { samples: 1, reason: 'the id of a project or a user must have at most 255 characters' },
    {
      samples: 1,
      reason:
        'Gnocchi refuses a resource of type instance_disk: "Invalid input: badly formed hexadecimal UUID string for ' +
        `dictionary value @ data['instance_id']"; for example d-1`,
    },
    {
      samples: 1,
      reason:
        `Gnocchi refuses measures of cpu: "Invalid input: unexpected timestamp 'Unable to convert timestamps' for ` +
        `dictionary value @ data['${guestId(21)}']['cpu']['measures']"; for example ${guestId(21)}`,
    },
  ]);
  assert.deepEqual(await gnocchi.measures('instance', guestId(21), 'cpu'), [['2026-01-02T03:00:00+00:00', 300, 7]]);
});

test('A text that Gnocchi’s database does not take is stored without what it minds', async () => {
  await using publisher = open();
  const odd = 'a\0b\ud800c';
  const resourceMetadata = guestMetadata(61, { display_name: odd });
  const sample = guestSample(61, { resourceId: odd, userId: odd, projectId: odd, unit: odd, resourceMetadata });
  assert.deepEqual(await publisher.publish([sample], signal), []);
  const id = encodeURIComponent('a\ufffdb\ufffdc');
  const stored = (await gnocchi.get(`resource/instance/${id}`)) as Record<string, unknown>;
  for (const name of ['original_resource_id', 'user_id', 'project_id', 'display_name']) {
    assert.equal(stored[name], 'a\ufffdb\ufffdc', name);
  }
});

test('A guest without Nova is stored, though the types that Ceilometer makes require a flavor', async () => {
  const text = { type: 'string', min_length: 0, max_length: 255 };
  const required = { ...text, required: true };
  const attributes = { flavor_id: required, display_name: required, host: { ...text, required: false } };
  await gnocchi.ask('POST', 'resource_type', { name: 'guest', attributes });
  await using directory = await temporaryDirectory();
  const file = join(directory.path, 'mine.yaml');
  await writeFile(
    file,
    `resources:
      - resource_type: guest
        metrics: {cpu: {archive_policy_name: low}}
        attributes: {flavor_id: resource_metadata.flavor.id, display_name: resource_metadata.display_name}`,
  );
  await using publisher = open(`resources_definition_file=${encodeURIComponent(file)}`);
  const resourceMetadata = guestMetadata(60, { flavor: { id: null } });
  assert.deepEqual(await publisher.publish([guestSample(60, { resourceMetadata })], signal), []);
  const stored = (await gnocchi.get(`resource/guest/${guestId(60)}`)) as Record<string, unknown>;
  assert.deepEqual([stored['flavor_id'], stored['display_name'], stored['host']], ['', 'wéb-60', null]);
});
