import assert from 'node:assert/strict';
import { test } from 'node:test';
import { exampleSample } from '../example.ts';
import { encodePlace, samplePlace } from './sample-place.ts';

const server = {
  display_name: 'web-1',
  name: 'instance-0000002a',
  instance_id: 'uuid-1',
  instance_type: 'm1.small',
  host: 'hash',
  instance_host: 'compute-7',
  flavor: { id: '3', name: 'm1.small', vcpus: 1 },
  image: { id: 'image-1', name: 'debian-12' },
  image_ref: 'image-1',
  architecture: 'x86_64',
  'OS-EXT-AZ:availability_zone': 'az-1',
  user_metadata: { server_group: 'g1', tags: ['a'], cost_centre: 42 },
};

test('A server of OpenStack is described by the semantic conventions', () => {
  const sample = exampleSample({
    resourceId: 'uuid-1',
    projectName: 'shop',
    userName: 'ann',
    resourceMetadata: server,
  });
  assert.deepEqual(samplePlace(sample), {
    resource: [
      ['service.name', 'nephometer'],
      ['service.instance.id', 'uuid-1'],
      ['host.id', 'uuid-1'],
      ['host.name', 'web-1'],
      ['host.type', 'm1.small'],
      ['host.arch', 'amd64'],
      ['host.image.id', 'image-1'],
      ['host.image.name', 'debian-12'],
      ['cloud.provider', 'openstack'],
      ['cloud.platform', 'openstack_nova'],
      ['cloud.account.id', 'p1'],
      ['cloud.availability_zone', 'az-1'],
      ['openstack.project.name', 'shop'],
      ['openstack.user.id', 'u1'],
      ['openstack.user.name', 'ann'],
      ['openstack.flavor.id', '3'],
      ['vm.host.name', 'compute-7'],
      ['openstack.nova.meta.server_group', 'g1'],
      ['openstack.nova.meta.cost_centre', '42'],
    ],
    point: [],
  });
});

test('A disk and a network card have the resource of their server, and a device', () => {
  const disk = exampleSample({ resourceId: 'uuid-1-vda', resourceMetadata: { ...server, disk_name: 'vda' } });
  const card = exampleSample({
    resourceId: 'instance-0000002a-uuid-1-tap0',
    resourceMetadata: { ...server, name: 'tap0', vnic_name: 'tap0', mac: 'fa:16:3e:00:00:01' },
  });
  const whole = samplePlace(exampleSample({ resourceId: 'uuid-1', resourceMetadata: server }));
  assert.deepEqual(samplePlace(disk), {
    resource: whole.resource,
    point: [
      ['system.device', 'vda'],
      ['nephometer.resource.id', 'uuid-1-vda'],
    ],
  });
  assert.deepEqual(samplePlace(card), {
    resource: whole.resource,
    point: [
      ['network.interface.name', 'tap0'],
      ['nephometer.resource.id', 'instance-0000002a-uuid-1-tap0'],
    ],
  });
  const [first, second] = [encodePlace(samplePlace(disk)), encodePlace(samplePlace(card))];
  assert.equal(first.resourceKey, second.resourceKey);
  assert.notEqual(first.key, second.key);
});

test('What is not known is left out: a guest without OpenStack, a resource without metadata', () => {
  const nobody = { userId: null, projectId: null } as const;
  const guest = exampleSample({
    ...nobody,
    resourceId: 'uuid-2',
    resourceMetadata: {
      display_name: 'vm',
      instance_id: 'uuid-2',
      flavor: null,
      image: null,
      image_ref: null,
      architecture: 'riscv64',
    },
  });
  assert.deepEqual(samplePlace(guest).resource, [
    ['service.name', 'nephometer'],
    ['service.instance.id', 'uuid-2'],
    ['host.id', 'uuid-2'],
    ['host.name', 'vm'],
    ['host.arch', 'riscv64'],
  ]);
  assert.deepEqual(samplePlace(exampleSample({ ...nobody, resourceId: 'thing' })), {
    resource: [
      ['service.name', 'nephometer'],
      ['service.instance.id', 'thing'],
    ],
    point: [['nephometer.resource.id', 'thing']],
  });
});
