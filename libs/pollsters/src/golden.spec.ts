import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { InspectionStatus, Instance, InstanceState, InstanceStatistics } from '@nephometer/inspector-api';
import type { InstanceReading, InstanceResource } from '@nephometer/plugin';
import type { Metadata } from '@nephometer/sample';
import { meterNames, pollsters } from './pollsters.ts';

interface GoldenMessage {
  readonly counter_name: string;
  readonly counter_type: string;
  readonly counter_unit: string;
  readonly counter_volume: number;
  readonly user_id: string;
  readonly project_id: string;
  readonly resource_id: string;
  readonly timestamp: string;
  readonly resource_metadata: Metadata;
  readonly monotonic_time: number;
}

interface Golden {
  readonly resource: { readonly id: string; readonly user_id: string; readonly tenant_id: string };
  readonly messages: readonly { readonly meter: string; readonly message?: GoldenMessage }[];
}

// Made by running Ceilometer on the libvirt answers that its `inputs` hold.
const golden = JSON.parse(
  readFileSync(new URL('../testdata/golden-compute-head.json', import.meta.url), 'utf8'),
) as Golden;

/** Meters that Ceilometer's libvirt inspector cannot give, and ours can. */
const beyond = ['network.incoming.bytes.rate', 'network.outgoing.bytes.rate'];

// The domain XML and the answers of `inputs`, as an inspector tells them.
const instance = Instance.fromPartial({
  id: golden.resource.id,
  name: 'instance-0000002a',
  state: InstanceState.RUNNING,
  disks: [
    { device: 'vda', kind: 'disk', bus: 'virtio', sourceType: 'file', source: '/v/disk' },
    { device: 'hda', kind: 'cdrom', sourceType: 'file' },
  ],
  vnics: [
    {
      device: 'tap1c0c6d3e-8e',
      mac: 'fa:16:3e:93:31:5a',
      kind: 'bridge',
      bridge: 'br-int',
      interfaceId: '1c0c6d3e-8e1f-4b1f-9c1a-000000000001',
    },
    {
      device: 'vnet1',
      mac: 'fa:16:3e:93:31:5b',
      kind: 'bridge',
      bridge: 'br100',
      filter: 'nova-instance-00000002a-fa163e93315b',
      filterParameters: [
        { name: 'IP', value: '10.0.0.2' },
        { name: 'DHCPSERVER', value: '10.0.0.1' },
      ],
    },
  ],
});

const statistics = InstanceStatistics.fromPartial({
  id: golden.resource.id,
  name: 'instance-0000002a',
  status: InspectionStatus.OK,
  state: InstanceState.RUNNING,
  cpu: { timeNs: 999999n },
  vcpuCount: { current: 2, maximum: 4 },
  vcpus: [
    { number: 0, timeNs: 10000n, waitNs: 1000n },
    { number: 2, timeNs: 20000n, waitNs: 2000n },
  ],
  memory: {
    currentKib: 524288n,
    availableKib: 502000n,
    unusedKib: 100000n,
    usableKib: 200000n,
    residentKib: 300000n,
    swapInKib: 1024n,
    swapOutKib: 2048n,
  },
  disks: [
    {
      index: 0,
      device: 'vda',
      readRequests: 100n,
      readBytes: 4096n,
      readTimeNs: 777n,
      writeRequests: 50n,
      writeBytes: 8192n,
      writeTimeNs: 888n,
      capacityBytes: 1073741824n,
      allocationBytes: 536870912n,
      physicalBytes: 1073745920n,
    },
    { index: 1, device: 'hda', readRequests: 0n, readBytes: 0n },
  ],
  vnics: [
    {
      index: 0,
      device: 'tap1c0c6d3e-8e',
      receiveBytes: 1000n,
      receivePackets: 10n,
      receiveErrors: 1n,
      receiveDrops: 2n,
      transmitBytes: 2000n,
      transmitPackets: 20n,
      transmitErrors: 3n,
      transmitDrops: 4n,
    },
    {
      index: 1,
      device: 'vnet1',
      receiveBytes: 5n,
      receivePackets: 6n,
      receiveErrors: 7n,
      receiveDrops: 8n,
      transmitBytes: 9n,
      transmitPackets: 10n,
      transmitErrors: 11n,
      transmitDrops: 12n,
    },
  ],
});

function goldenMessages(meter: string): readonly GoldenMessage[] {
  return golden.messages.flatMap((entry) => (entry.meter === meter && entry.message ? [entry.message] : []));
}

test('Every meter that Ceilometer gives has its name, type, unit, volume, ids and metadata, keys in order', async (t) => {
  const resource: InstanceResource = {
    id: golden.resource.id,
    userId: golden.resource.user_id,
    projectId: golden.resource.tenant_id,
    // `memory` adds nothing to the metadata of its instance.
    metadata: goldenMessages('memory')[0]?.resource_metadata ?? {},
    host: 'compute-01',
    instance,
  };
  const stamp = {
    timestamp: '2026-07-21T13:56:12.000001',
    monotonicTime: 1234.5,
    source: 'openstack',
    nextId: () => '',
  };
  const reading: InstanceReading = { statistics, readAtMs: 1784642172000, stamp };

  for (const pollster of pollsters.filter(({ name }) => !beyond.includes(name))) {
    await t.test(pollster.name, () => {
      const expected = goldenMessages(pollster.name);
      assert.notEqual(expected.length, 0);
      const samples = [...pollster.samples(resource, reading)].map((sample) => ({
        counter_name: sample.name,
        counter_type: sample.type,
        counter_unit: sample.unit,
        counter_volume: sample.volume,
        user_id: sample.userId,
        project_id: sample.projectId,
        resource_id: sample.resourceId,
        timestamp: sample.timestamp,
        resource_metadata: sample.resourceMetadata,
        monotonic_time: sample.monotonicTime,
      }));
      assert.deepEqual(
        samples,
        expected.map((message) =>
          Object.fromEntries(Object.keys(samples[0] ?? {}).map((key) => [key, message[key as keyof GoldenMessage]])),
        ),
      );
      // deepEqual does not look at the order of keys; the text does.
      assert.equal(
        JSON.stringify(samples.map((sample) => sample.resource_metadata)),
        JSON.stringify(expected.map((message) => message.resource_metadata)),
      );
    });
  }
});

test('Only the meters that are not read yet are missing', () => {
  const missing = new Set(golden.messages.map(({ meter }) => meter).filter((meter) => !meterNames.includes(meter)));
  assert.deepEqual([...missing].sort(), [
    'disk.ephemeral.size',
    'disk.root.size',
    'perf.cache.misses',
    'perf.cache.references',
    'perf.cpu.cycles',
    'perf.instructions',
  ]);
});
