import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { InspectionStatus, Instance, InstanceState, InstanceStatistics } from '@nephometer/inspector-api';
import type { InstanceReading, InstanceResource } from '@nephometer/plugin';
import { pythonVolume } from '@nephometer/sample';
import type { Metadata, Sample } from '@nephometer/sample';
import { pollstersFor } from './pollsters.ts';

interface GoldenMessage {
  readonly counter_name: string;
  readonly counter_type: string;
  readonly counter_unit: string;
  /** As it stands in the file, which tells `512.0` from `512`. */
  readonly counter_volume: string;
  readonly user_id: string;
  readonly project_id: string;
  readonly resource_id: string;
  readonly timestamp: string;
  readonly resource_metadata: Metadata;
  readonly monotonic_time: number;
  readonly source: string;
}

interface Golden {
  readonly resource: { readonly id: string; readonly user_id: string; readonly tenant_id: string };
  readonly messages: readonly ({ readonly meter: string; readonly message: GoldenMessage } | Failed)[];
}

/** A meter of which Ceilometer gave nothing. */
interface Failed {
  readonly meter: string;
  readonly error: string;
  readonly message?: never;
}

/** What running Ceilometer gave on the libvirt answers that the file's `inputs` hold; the same for all versions. */
function readGolden(version: string): Golden {
  const text = readFileSync(new URL(`../testdata/golden-compute-${version}.json`, import.meta.url), 'utf8');
  return JSON.parse(text.replaceAll(/"counter_volume": ([^,\s]+)/g, '"counter_volume": "$1"')) as Golden;
}

const id = 'a75c2fa5-6c03-45a8-bbf7-b993cfcdec27';

// The domain XML and the answers of `inputs`, as an inspector tells them.
const instance = Instance.fromPartial({
  id: id,
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
  id: id,
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
  perf: { cpuCycles: 1n, instructions: 2n, cacheReferences: 3n, cacheMisses: 4n },
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

const stamp = {
  timestamp: '2026-07-21T13:56:12.000001',
  monotonicTime: 1234.5,
  source: 'openstack',
  nextId: () => '',
};
const reading: InstanceReading = { statistics, readAtMs: 1784642172000, stamp };

/** The fields of a message that a sample has, in their order. */
function toMessage(sample: Sample): GoldenMessage {
  return {
    source: sample.source,
    counter_name: sample.name,
    counter_type: sample.type,
    counter_unit: sample.unit,
    counter_volume: pythonVolume(sample),
    user_id: sample.userId ?? '',
    project_id: sample.projectId ?? '',
    resource_id: sample.resourceId,
    timestamp: sample.timestamp,
    resource_metadata: sample.resourceMetadata,
    monotonic_time: sample.monotonicTime ?? 0,
  };
}

for (const compat of ['19.0.0', 'head'] as const) {
  const golden = readGolden(compat);
  const pollsters = pollstersFor(compat);
  const messagesOf = (meter: string): readonly GoldenMessage[] =>
    golden.messages.flatMap((entry) => (entry.meter === meter && entry.message ? [entry.message] : []));
  const resource: InstanceResource = {
    id,
    userId: golden.resource.user_id,
    projectId: golden.resource.tenant_id,
    // This meter adds nothing to the metadata of its instance.
    metadata: messagesOf('memory.usage')[0]?.resource_metadata ?? {},
    host: 'compute-01',
    instance,
  };

  test(`The meters that patterns match at ${compat} are those that Ceilometer polls`, () => {
    const ours = pollsters.filter(({ byNameOnly }) => byNameOnly !== true).map(({ name }) => name);
    assert.deepEqual(ours.sort(), [...new Set(golden.messages.map(({ meter }) => meter))].sort());
  });

  for (const meter of new Set(golden.messages.map((entry) => entry.meter))) {
    test(`${meter} at ${compat} is the same as from Ceilometer, byte for byte`, () => {
      const pollster = pollsters.find(({ name }) => name === meter);
      assert.ok(pollster);
      const expected = messagesOf(meter);
      const samples = [...pollster.samples(resource, reading)].map(toMessage);
      const fields = Object.keys(samples[0] ?? {}) as (keyof GoldenMessage)[];
      // As text, because that tells the order of keys.
      assert.equal(
        JSON.stringify(samples, null, 1),
        JSON.stringify(
          expected.map((message) => Object.fromEntries(fields.map((key) => [key, message[key]]))),
          null,
          1,
        ),
      );
    });
  }
}
