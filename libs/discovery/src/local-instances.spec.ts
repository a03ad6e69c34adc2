import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { Instance, InstanceState } from '@nephometer/inspector-api';
import type { InstanceResource } from '@nephometer/plugin';
import type { Metadata } from '@nephometer/sample';
import { createLocalInstances } from './local-instances.ts';

interface Golden {
  readonly host: string;
  readonly message: {
    readonly user_id: string;
    readonly project_id: string;
    readonly resource_id: string;
    readonly resource_metadata: Metadata;
  };
}

// Inputs and one message of Ceilometer's own run over them.
const golden = JSON.parse(
  readFileSync(new URL('../testdata/golden-resource-head.json', import.meta.url), 'utf8'),
) as Golden;

const nova = {
  name: 'web-1',
  packageVersion: '31.0.0',
  flavor: {
    id: 'eba4213d-3c6c-4b5f-8158-dd0022d71d62',
    name: 'm1.tiny',
    memoryMib: 512n,
    diskGib: 20n,
    swapMib: 0n,
    ephemeralGib: 5n,
    vcpus: 2,
    extraSpecs: { entries: { 'hw_rng:allowed': 'true' } },
  },
  owner: {
    userId: 'a1f4684e58bd4c88aefd2ecb0783b497',
    userName: 'demo',
    projectId: 'd99c829753f64057bc0f2030da309943',
    projectName: 'demo',
  },
  image: {
    id: 'bdaf114a-35e9-4163-accd-226d5944bf11',
    containerFormat: 'bare',
    diskFormat: 'qcow2',
    minDisk: '1',
    minRam: '0',
    properties: { os_distro: 'debian' },
  },
  rootType: 'image',
  rootId: 'bdaf114a-35e9-4163-accd-226d5944bf11',
};

const description = {
  id: 'a75c2fa5-6c03-45a8-bbf7-b993cfcdec27',
  name: 'instance-0000002a',
  state: InstanceState.RUNNING,
  osType: 'hvm',
  architecture: 'x86_64',
  vcpusMaximum: 4,
  memoryMaximumKib: 1049000n,
  nova,
};

const managed = createLocalInstances({ unmanaged: false });
const unmanaged = createLocalInstances({ unmanaged: true });

function discover(discovery: typeof managed, ...instances: Parameters<typeof Instance.fromPartial>[0][]) {
  const inventory = { host: golden.host, instances: instances.map((one) => Instance.fromPartial(one)) };
  return discovery.discover(inventory, null);
}

/** The metadata of one instance that must have been found. */
function metadataOf(discovery: typeof managed, instance: Parameters<typeof Instance.fromPartial>[0]): Metadata {
  const { resources, skipped } = discover(discovery, instance);
  assert.deepEqual(skipped, []);
  assert.ok(resources[0]);
  return resources[0].metadata;
}

test('An instance of Nova says what it says in Ceilometer, keys in order', () => {
  for (const discovery of [managed, unmanaged]) {
    const { resources, skipped } = discover(discovery, description);
    assert.deepEqual(skipped, []);
    assert.equal(resources.length, 1);
    const [resource] = resources;
    assert.ok(resource);
    assert.equal(JSON.stringify(resource.metadata), JSON.stringify(golden.message.resource_metadata));
    assert.equal(resource.id, golden.message.resource_id);
    assert.equal(resource.userId, golden.message.user_id);
    assert.equal(resource.projectId, golden.message.project_id);
    const { host, instance } = resource as InstanceResource;
    assert.deepEqual([host, instance.name], ['compute-01', 'instance-0000002a']);
  }
});

test('At 19.0.0 metadata has neither extra specifications nor image properties', () => {
  const { host, resource_metadata: expected } = JSON.parse(
    readFileSync(new URL('../testdata/golden-resource-19.0.0.json', import.meta.url), 'utf8'),
  ) as { readonly host: string; readonly resource_metadata: Metadata };
  assert.equal(host, golden.host);
  const earlier = createLocalInstances({ unmanaged: false, compat: '19.0.0' });
  assert.equal(JSON.stringify(metadataOf(earlier, description)), JSON.stringify(expected));
});

test('Each state has its two words', () => {
  const table = [
    [InstanceState.NO_STATE, 'pending', 'building'],
    [InstanceState.RUNNING, 'running', 'active'],
    [InstanceState.BLOCKED, 'running', 'active'],
    [InstanceState.PAUSED, 'paused', 'paused'],
    [InstanceState.SHUTTING_DOWN, 'shutdown', 'stopped'],
    [InstanceState.SHUT_OFF, 'shutdown', 'stopped'],
    [InstanceState.CRASHED, 'crashed', 'error'],
    [InstanceState.PM_SUSPENDED, 'suspended', 'suspended'],
    [InstanceState.UNSPECIFIED, 'pending', 'building'],
  ] as const;
  for (const [state, word, status] of table) {
    const metadata = metadataOf(managed, { ...description, state });
    assert.deepEqual([metadata['state'], metadata['status']], [word, status]);
  }
});

test('A flavor without an id has its name for one, and sizes it does not tell are zero', () => {
  for (const id of [undefined, '']) {
    const flavor = { name: 'm1.old', ...(id !== undefined && { id }) };
    assert.equal(
      JSON.stringify(metadataOf(managed, { ...description, nova: { ...nova, flavor } })['flavor']),
      '{"id":"m1.old","name":"m1.old","vcpus":0,"ram":0,"disk":0,"ephemeral":0,"swap":0}',
    );
  }
});

test('A flavor that carries no extra specifications differs from one whose are empty', () => {
  const flavor = { ...nova.flavor, extraSpecs: { entries: {} } };
  const metadata = metadataOf(managed, { ...description, nova: { ...nova, flavor } });
  assert.match(JSON.stringify(metadata['flavor']), /"swap":0,"extra_specs":\{\}\}$/);
});

test('An instance that boots from a volume has no image; one of an older Nova no image_meta', () => {
  const { image: _image, rootType: _type, ...older } = nova;
  const metadata = metadataOf(managed, { ...description, nova: older });
  assert.deepEqual([metadata['image'], metadata['image_ref'], 'image_meta' in metadata], [null, null, false]);
});

test('Architecture and kind of system are left out where they are not known', () => {
  const { osType: _osType, architecture: _architecture, ...odd } = description;
  const metadata = metadataOf(managed, odd);
  assert.deepEqual(['os_type' in metadata, 'architecture' in metadata], [false, false]);
});

test('Without Nova metadata an instance is skipped, and the reason says what to do', () => {
  const { nova: _nova, ...plain } = description;
  const { resources, skipped } = discover(managed, plain, description);
  assert.equal(resources.length, 1);
  assert.deepEqual(skipped, [
    {
      id: description.id,
      name: 'instance-0000002a',
      reason: 'it has no Nova metadata, so OpenStack did not make it; set "unmanaged: true" to meter it anyway',
    },
  ]);
});

test('Incomplete Nova metadata costs only its own instance, and the reason names all that lacks', () => {
  const odd = { ...description, nova: { name: 'odd', owner: { projectId: 'p' }, flavor: { vcpus: 1 } } };
  const { resources, skipped } = discover(managed, odd, description);
  assert.equal(resources.length, 1);
  assert.deepEqual(
    skipped.map(({ reason }) => reason),
    [`its Nova metadata lacks an owner's user, a named flavor; set "unmanaged: true" to meter it anyway`],
  );
});

test('With unmanaged an instance without Nova is metered under its own name with what libvirt knows', () => {
  const { nova: _nova, ...plain } = description;
  const { resources } = discover(unmanaged, plain);
  assert.deepEqual([resources[0]?.userId, resources[0]?.projectId], [null, null]);
  assert.equal(
    JSON.stringify(resources[0]?.metadata),
    '{"display_name":"instance-0000002a","name":"instance-0000002a","instance_id":"a75c2fa5-6c03-45a8-bbf7-b993cfcdec27",' +
      '"instance_type":null,"host":"16e55f36a7d463570849813bc1b37e8e678fd7e9ffb18368ae97e12c","instance_host":"compute-01",' +
      '"flavor":{"id":null,"name":null,"vcpus":4,"ram":1024,"disk":0,"ephemeral":0,"swap":0},' +
      '"status":"active","state":"running","task_state":"","image":null,"image_ref":null,"image_ref_url":null,' +
      '"architecture":"x86_64","os_type":"hvm","vcpus":4,"memory_mb":1024,"disk_gb":0,"ephemeral_gb":0,"root_gb":0}',
  );
});

test('With unmanaged what Nova did write is kept, and only the rest comes from libvirt', () => {
  const metadata = metadataOf(unmanaged, { ...description, nova: { flavor: nova.flavor, owner: { userId: 'u' } } });
  assert.deepEqual([metadata['display_name'], metadata['instance_type']], ['instance-0000002a', 'm1.tiny']);
});

test('A host without instances has no resources', () => {
  assert.deepEqual(discover(managed), { resources: [], skipped: [] });
});
