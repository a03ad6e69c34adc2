import assert from 'node:assert/strict';
import { test } from 'node:test';
import { exampleSample } from '../example.ts';
import { recordedMessages, sampleOf } from '../message/recorded.ts';
import { valueOf } from './metric.ts';
import { nativeNaming } from './native-naming.ts';

test('Names end with the base unit, and with _total if they count', () => {
  const table = [
    ['cpu', 'cumulative', 'ns', 'nephometer_cpu_seconds_total', 'seconds', 5e9, 5],
    ['cpu.delta', 'delta', 'ns', 'nephometer_cpu_delta_seconds', 'seconds', 5e9, 5],
    ['cpu_util', 'gauge', '%', 'nephometer_cpu_util_ratio', 'ratio', 7, 0.07],
    ['vcpus', 'gauge', 'vcpu', 'nephometer_vcpus', '', 2, 2],
    ['power.state', 'gauge', '', 'nephometer_power_state', '', 1, 1],
    ['instance', 'gauge', 'instance', 'nephometer_instance', '', 1, 1],
    ['memory', 'gauge', 'MiB', 'nephometer_memory_bytes', 'bytes', 1.5, 1572864],
    ['memory.usage', 'gauge', 'MB', 'nephometer_memory_usage_bytes', 'bytes', 1, 1048576],
    ['disk.root.size', 'gauge', 'GiB', 'nephometer_disk_root_size_bytes', 'bytes', 1, 1073741824],
    ['memory.swap.in', 'cumulative', 'MiB', 'nephometer_memory_swap_in_bytes_total', 'bytes', 1, 1048576],
    ['disk.device.read.bytes', 'cumulative', 'B', 'nephometer_disk_device_read_bytes_total', 'bytes', 9, 9],
    ['disk.device.read.requests', 'cumulative', 'request', 'nephometer_disk_device_read_requests_total', '', 9, 9],
    [
      'disk.device.read.latency',
      'cumulative',
      'ns',
      'nephometer_disk_device_read_latency_seconds_total',
      'seconds',
      1,
      1e-9,
    ],
    ['disk.device.latency', 'gauge', 'ms', 'nephometer_disk_device_latency_seconds', 'seconds', 3, 0.003],
    ['disk.device.iops', 'gauge', 'count/s', 'nephometer_disk_device_iops', '', 3, 3],
    ['disk.read.bytes.rate', 'gauge', 'B/s', 'nephometer_disk_read_bytes_per_second', 'bytes_per_second', 3, 3],
    ['disk.read.requests.rate', 'gauge', 'requests/s', 'nephometer_disk_read_requests_per_second', '', 3, 3],
    [
      'memory.bandwidth.total',
      'gauge',
      'B/s',
      'nephometer_memory_bandwidth_total_bytes_per_second',
      'bytes_per_second',
      3,
      3,
    ],
    ['network.incoming.bytes.delta', 'delta', 'B', 'nephometer_network_incoming_delta_bytes', 'bytes', 3, 3],
    [
      'network.incoming.packets.error',
      'cumulative',
      'packet',
      'nephometer_network_incoming_packets_error_total',
      '',
      3,
      3,
    ],
    ['perf.cpu.cycles', 'gauge', '', 'nephometer_perf_cpu_cycles', '', 3, 3],
    ['some.total', 'cumulative', 'thing', 'nephometer_some_total', '', 3, 3],
    ['some.total', 'gauge', 'thing', 'nephometer_some_total_value', '', 3, 3],
    ['Ünder-way now', 'gauge', '', 'nephometer__nder_way_now', '', 3, 3],
    ['toString', 'gauge', 'toString', 'nephometer_toString', '', 3, 3],
  ] as const;
  for (const [name, type, unit, seriesName, baseUnit, volume, value] of table) {
    const metric = nativeNaming.metric(exampleSample({ name, type, unit }));
    assert.equal(metric.family.seriesName, seriesName);
    assert.equal(metric.family.unit, baseUnit, seriesName);
    assert.equal(metric.family.type, type === 'cumulative' ? 'counter' : 'gauge');
    assert.equal(metric.family.name, type === 'cumulative' ? seriesName.replace(/_total$/, '') : seriesName);
    assert.equal(valueOf(metric, volume), value, seriesName);
    assert.match(metric.family.name, new RegExp(`${baseUnit}$`));
  }
});

test('Help says what the meter is, in which unit', () => {
  const helpOf = (fields: Parameters<typeof exampleSample>[0]): string =>
    nativeNaming.metric(exampleSample(fields)).family.help;
  assert.equal(helpOf({}), 'Meter cpu: total, in seconds.');
  assert.equal(helpOf({ name: 'a.rate', type: 'gauge', unit: 'B/s' }), 'Meter a.rate: level, in bytes per second.');
  assert.equal(helpOf({ name: 'a', type: 'delta', unit: 'x' }), 'Meter a: growth since the reading before.');
});

test('Labels say who and where a resource is, and which device of it', () => {
  const [disk = '', card = '', whole = ''] = ['disk.device.read.bytes', 'network.incoming.bytes', 'cpu'].map((name) =>
    recordedMessages('messages-head.jsonl').find((line) => line.includes(`"counter_name": "${name}"`)),
  );
  const shared = [
    ['flavor', 'm1.tiny'],
    ['host', 'compute-01'],
    ['instance_id', 'a75c2fa5-6c03-45a8-bbf7-b993cfcdec27'],
    ['instance_name', 'web-1'],
    ['project_id', 'd99c829753f64057bc0f2030da309943'],
  ] as const;
  const user = ['user_id', 'a1f4684e58bd4c88aefd2ecb0783b497'] as const;
  assert.deepEqual(nativeNaming.labels(sampleOf(whole)), [
    ...shared,
    ['resource_id', 'a75c2fa5-6c03-45a8-bbf7-b993cfcdec27'],
    user,
  ]);
  assert.deepEqual(nativeNaming.labels(sampleOf(disk)), [
    ['device', 'vda'],
    ...shared,
    ['resource_id', 'a75c2fa5-6c03-45a8-bbf7-b993cfcdec27-vda'],
    user,
  ]);
  assert.deepEqual(nativeNaming.labels(sampleOf(card))[0], ['device', 'tap1c0c6d3e-8e']);
});

test('What is unknown gives no label', () => {
  const sample = exampleSample({ userId: null, projectId: '', projectName: 'demo', userName: 'me' });
  assert.deepEqual(nativeNaming.labels(sample), [
    ['project_name', 'demo'],
    ['resource_id', 'r1'],
    ['user_name', 'me'],
  ]);
  const odd = exampleSample({ resourceMetadata: { flavor: 'm1', display_name: null, instance_id: 7, name: 'x' } });
  assert.deepEqual(nativeNaming.labels(odd).slice(0, 1), [['instance_id', '7']]);
});
