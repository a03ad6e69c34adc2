import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { Instance, MissingReason, StatisticsGroup } from '@nephometer/inspector-api';
import { uncovered } from './gap.ts';
import { fieldBits, groupShapes } from './group-shape.ts';
import { mapRecord } from '../libvirt/map-record.ts';
import { allGroups, fullRecord, fullSizes, record } from '../libvirt/testing/records.ts';

const { CPU, VCPU, MEMORY, VNIC, DISK, PERF, IOTHREAD, DIRTY_RATE } = StatisticsGroup;
const description = Instance.create({ id: 'u' });

const messages: readonly (readonly [message: string, group: StatisticsGroup])[] = [
  ['CpuStatistics', CPU],
  ['VcpuCount', VCPU],
  ['VcpuStatistics', VCPU],
  ['MemoryStatistics', MEMORY],
  ['VnicStatistics', VNIC],
  ['DiskStatistics', DISK],
  ['PerfStatistics', PERF],
  ['IothreadStatistics', IOTHREAD],
  ['DirtyRateStatistics', DIRTY_RATE],
];
void test('every optional field of the API is one that can be missed, under its name', async () => {
  const path = '../../../../proto/nephometer/inspector/v1/statistics.proto';
  const proto = await readFile(new URL(path, import.meta.url), 'utf8');
  for (const [message, group] of messages) {
    const [body] = new RegExp(`^message ${message} \\{[^}]*\\}`, 'm').exec(proto) ?? [''];
    const fields = Array.from(body.matchAll(/^ {2}optional \S+ (\w+) =/gm), ([, name = '']) => name);
    const shape = groupShapes.get(group);
    const names = [...(shape?.own.names ?? []), ...(shape?.each.names ?? [])];
    assert.ok(fields.length > 0 && fields.every((name) => names.includes(name)), `${message}: ${fields.join(' ')}`);
  }
});

void test('each group of the API has a shape, and unknown fields are refused', () => {
  assert.deepEqual(new Set(groupShapes.keys()), allGroups);
  assert.throws(() => fieldBits(DISK, ['read_bites']), RangeError);
});

const complete = (): ReturnType<typeof mapRecord> =>
  mapRecord(fullRecord(), { groups: allGroups, supported: allGroups, description, sourceSizes: fullSizes });

void test('a statistic that is neither there nor explained is found, whoever made the answer', () => {
  const statistics = complete();
  assert.deepEqual(uncovered(statistics, allGroups), []);
  const [first] = statistics.disks;
  assert.ok(first !== undefined);
  delete first.readBytes;
  delete statistics.cpu?.timeNs;
  statistics.perf = undefined;
  statistics.vcpus = [];
  assert.deepEqual(uncovered(statistics, allGroups), ['CPU time_ns', 'VCPU vcpus', 'DISK vd0.read_bytes', 'PERF']);
  assert.deepEqual(uncovered(statistics, [CPU]), ['CPU time_ns']);
});

const coverings = [['vd0.read_bytes'], ['vd0'], ['read_bytes'], []];
for (const fields of coverings) {
  void test(`a field of a disk is explained by an entry with the fields [${fields.join()}]`, () => {
    const statistics = complete();
    delete statistics.disks[0]?.readBytes;
    const entry = { reason: MissingReason.UNSUPPORTED, fields, since: undefined, detail: '' };
    statistics.missing = [{ ...entry, group: VNIC }];
    assert.deepEqual(uncovered(statistics, allGroups), ['DISK vd0.read_bytes']);
    statistics.missing = [{ ...entry, group: DISK }];
    assert.deepEqual(uncovered(statistics, allGroups), []);
  });
}

void test('an entry for another device or field explains nothing', () => {
  const statistics = complete();
  delete statistics.disks[0]?.readBytes;
  const fields = ['vd1.read_bytes', 'vd1', 'write_bytes', 'vd0.write_bytes', 'vd'];
  statistics.missing = [{ group: DISK, reason: MissingReason.UNSUPPORTED, fields, since: undefined, detail: '' }];
  assert.deepEqual(uncovered(statistics, allGroups), ['DISK vd0.read_bytes']);
});

void test('a device whose name has dots is told apart from its fields', () => {
  const groups = new Set([VNIC]);
  const cards = { 'net.0.name': 'eth0.100', 'net.0.rx.bytes': 1n, 'net.1.name': 'eth0', 'net.1.rx.pkts': 1n };
  const statistics = mapRecord(record({ 'state.state': 1, ...cards }), { groups, supported: groups, description });
  assert.deepEqual(uncovered(statistics, groups), []);
  assert.deepEqual(statistics.missing[0]?.fields.slice(-2), ['eth0.100.receive_packets', 'eth0.receive_bytes']);
});
