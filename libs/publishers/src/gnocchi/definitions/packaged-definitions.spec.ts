import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compats } from '@nephometer/sample';
import { exampleSample } from '../../example.ts';
import { guestMetadata } from '../example.ts';
import { packagedDefinitions } from './packaged-definitions.ts';

test('Meters of each version are stored as its own file says', () => {
  const cases: readonly (readonly [meter: string, ...policies: (string | undefined)[]])[] = [
    ['cpu', 'low', 'ceilometer-low-rate', 'ceilometer-low-rate'],
    ['memory.usage', 'low', 'ceilometer-low', 'ceilometer-low'],
    ['instance', 'low', undefined, undefined],
    ['cpu_util', 'low', undefined, undefined],
    ['cpu_l3_cache', undefined, 'ceilometer-low', undefined],
    ['power.state', undefined, undefined, 'ceilometer-low'],
    ['disk.device.iops', 'low', 'ceilometer-low', undefined],
    ['disk.device.read.bytes', 'low', 'ceilometer-low-rate', 'ceilometer-low-rate'],
    ['network.incoming.packets.drop', undefined, 'ceilometer-low-rate', 'ceilometer-low-rate'],
    ['network.incoming.bytes.rate', 'low', undefined, undefined],
    ['network.incoming.bytes.delta', undefined, undefined, undefined],
  ];
  for (const [meter, ...policies] of cases) {
    const stored = compats.map((compat) => packagedDefinitions(compat).metricOf(meter)?.archivePolicy);
    assert.deepEqual(stored, policies, meter);
  }
});

test('Attributes are those of the version, and policies are replaced by the one of the URL', () => {
  const attributesIn = (compat: (typeof compats)[number], meter: string): unknown => {
    const sample = exampleSample({ resourceMetadata: guestMetadata(1, { vnic_name: 'tap', flavor_name: 'x' }) });
    const attributes = packagedDefinitions(compat).metricOf(meter)?.resource.attributes ?? [];
    return Object.fromEntries(attributes.map((attribute) => [attribute.name, attribute.valueIn(sample)]));
  };
  assert.deepEqual(attributesIn('2015', 'cpu'), {
    host: 'a hash',
    image_ref: null,
    display_name: 'wéb-1',
    flavor_id: '42',
    server_group: 'g1',
  });
  assert.deepEqual(attributesIn('head', 'cpu'), {
    host: 'compute-1',
    image_ref: null,
    display_name: 'wéb-1',
    flavor_id: '42',
    flavor_name: 'm1.tiny',
    server_group: 'g1',
    launched_at: null,
    created_at: null,
    deleted_at: null,
  });
  assert.deepEqual(attributesIn('19.0.0', 'network.incoming.bytes'), {
    name: 'tap',
    instance_id: guestMetadata(1)['instance_id'],
  });
  assert.equal(packagedDefinitions('head', 'mine').metricOf('cpu')?.archivePolicy, 'mine');
  assert.deepEqual(packagedDefinitions('2015').archivePolicies, []);
  const names = packagedDefinitions('head').archivePolicies.map(({ name }) => name);
  assert.deepEqual(names, ['ceilometer-low', 'ceilometer-low-rate', 'ceilometer-high', 'ceilometer-high-rate']);
});
