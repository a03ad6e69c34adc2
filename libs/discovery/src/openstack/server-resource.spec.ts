import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { compats } from '@nephometer/sample';
import type { Compat, Metadata, Resource } from '@nephometer/sample';
import fc from 'fast-check';
import { defaultReservedMetadata } from '../user-metadata.ts';
import { parseServer } from './server.ts';
import { createServerResource, describeFlavor, describeImage } from './server-resource.ts';

const read = (file: string): unknown =>
  JSON.parse(readFileSync(new URL(`../../testdata/${file}`, import.meta.url), 'utf8'));

// What Ceilometer 19.0.0 made of the server below, in its mode `naive`.
const golden = read('golden-resource-naive-19.0.0.json') as {
  readonly user_id: string;
  readonly project_id: string;
  readonly resource_id: string;
  readonly resource_metadata: Metadata;
};

// What Nova, and a stand-in for Glance, said about it.
const recorded = read('naive-server.json') as {
  readonly server: Metadata;
  readonly flavor: Metadata;
  readonly image: Metadata;
};

function describe(compat: Compat, different: Metadata = {}, image: Metadata | null = recorded.image): Resource {
  const server = parseServer({ ...recorded.server, ...different });
  assert.ok(server);
  const parts = {
    flavor: describeFlavor(server.flavor, recorded.flavor),
    image: server.image && describeImage(server.image, image, compat),
  };
  return createServerResource(server, parts, { compat, reservedMetadata: defaultReservedMetadata });
}

test('A server says what it says in Ceilometer', () => {
  const resource = describe('19.0.0');
  assert.deepEqual(resource, {
    id: golden.resource_id,
    userId: golden.user_id,
    projectId: golden.project_id,
    metadata: golden.resource_metadata,
  });
});

test('Keys are in the order in which Ceilometer writes them, those of each version', () => {
  const before = 'display_name name instance_id instance_type host instance_host flavor status state';
  const middle = 'image image_ref image_ref_url';
  const after = 'vcpus memory_mb disk_gb ephemeral_gb root_gb user_metadata';
  const properties = 'OS-EXT-AZ:availability_zone kernel_id ramdisk_id';
  const expected: Record<Compat, string> = {
    '2015': `${before} ${middle} ${properties} ${after}`,
    '19.0.0': `${before} task_state ${middle} ${properties} ${after}`,
    head: `${before} task_state ${middle} image_meta ${properties} ${after}`,
  };
  for (const compat of compats) {
    const { metadata } = describe(compat);
    assert.equal(Object.keys(metadata).join(' '), expected[compat]);
    assert.equal(Object.keys(metadata['flavor'] as Metadata).join(' '), 'id links name vcpus ram disk ephemeral');
    assert.equal(Object.keys(metadata['image'] as Metadata).join(' '), 'id links name');
  }
});

test('Properties that only some clouds tell have their places', () => {
  const told = { os_type: 'linux', reservation_id: 'r-1', architecture: 'x86_64' };
  assert.match(
    Object.keys(describe('19.0.0', told).metadata).join(' '),
    / reservation_id architecture OS-EXT-AZ:availability_zone kernel_id os_type ramdisk_id /,
  );
});

test('An image tells its kernel and its properties as texts, without what leads to it', () => {
  const image = {
    ...recorded.image,
    kernel_id: 'k',
    ramdisk_id: 'r',
    protected: false,
    min_disk: 1,
    size: null,
    tags: ['a'],
    file: '/v2/images/x/file',
  };
  const { metadata } = describe('head', {}, image);
  assert.deepEqual([metadata['kernel_id'], metadata['ramdisk_id']], ['k', 'r']);
  const properties = { status: 'active', visibility: 'public', protected: 'False', min_disk: '1' };
  assert.deepEqual(metadata['image_meta'], { base_image_ref: recorded.image['id'], ...properties });
  assert.deepEqual([describe('19.0.0', {}, image).metadata['kernel_id']], [null]);
});

test('An image that Nova passes on has its properties inside', () => {
  const { metadata } = describe('2015', {}, { id: 'i', name: 'old', metadata: { kernel_id: 'k' } });
  assert.deepEqual([metadata['kernel_id'], metadata['ramdisk_id']], ['k', null]);
});

test('A server that boots from a volume has no image, kernel or ramdisk', () => {
  for (const image of ['', null, {}]) {
    const { metadata } = describe('head', { image });
    const { image: found, image_ref, image_ref_url, kernel_id, ramdisk_id } = metadata;
    assert.deepEqual([found, image_ref, image_ref_url, kernel_id, ramdisk_id], [null, null, null, null, null]);
    assert.equal('image_meta' in metadata, false);
  }
});

test('What Nova does not show to the user is empty', () => {
  const { record } = parseServer(recorded.server) ?? { record: {} };
  const shown = Object.fromEntries(Object.entries(record).filter(([key]) => !key.startsWith('OS-EXT'))) as Metadata;
  const server = parseServer(shown);
  assert.ok(server);
  const parts = { flavor: describeFlavor(server.flavor, recorded.flavor), image: null };
  const { metadata } = createServerResource(server, parts, {
    compat: 'head',
    reservedMetadata: defaultReservedMetadata,
  });
  assert.deepEqual(
    ['name', 'instance_host', 'state', 'task_state'].map((key) => metadata[key]),
    ['', '', '', ''],
  );
});

test('A flavor that Nova writes out has its name for an id', () => {
  const written = { vcpus: 2, ram: 512, disk: 20, ephemeral: 5, swap: 0, original_name: 'm1.x', extra_specs: {} };
  const flavor = describeFlavor(written, null);
  assert.deepEqual(flavor, { id: 'm1.x', name: 'm1.x', vcpus: 2, ram: 512, disk: 20, ephemeral: 5 });
  assert.equal(describe('head', { flavor: written }).metadata['root_gb'], 15);
});

test('A record that lacks what every server has is none', () => {
  for (const key of ['id', 'name', 'user_id', 'tenant_id', 'status', 'flavor']) {
    const { [key]: _left, ...rest } = recorded.server;
    assert.equal(parseServer(rest), undefined, key);
  }
  assert.equal(parseServer({ ...recorded.server, flavor: {} }), undefined);
});

test('Whatever a cloud says, it is a server or none, and never a crash', () => {
  const keys = [...Object.keys(recorded.server), ...Object.keys(recorded.flavor), ...Object.keys(recorded.image)];
  const said = fc.dictionary(fc.constantFrom(...keys), fc.jsonValue()) as fc.Arbitrary<Metadata>;
  fc.assert(
    fc.property(said, said, fc.option(said), fc.constantFrom(...compats), (record, flavor, image, compat) => {
      const server = parseServer({ ...recorded.server, ...record });
      if (!server) return;
      const parts = {
        flavor: describeFlavor(server.flavor, flavor),
        image: server.image && describeImage(server.image, image, compat),
      };
      const { metadata } = createServerResource(server, parts, { compat, reservedMetadata: defaultReservedMetadata });
      assert.ok(Number.isFinite(metadata['root_gb']));
    }),
    { numRuns: 500 },
  );
});
