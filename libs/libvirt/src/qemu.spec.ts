import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventually, startLibvirtd } from '@nephometer/test-kit';
import type { TypedParam } from './index.ts';
import { connect, isNoDomain, LibvirtError, StatsFlag, StatsGroup } from './index.ts';

/*
 * Against a real libvirtd with real guests, small ones without an operating system.
 */

/** As virsh writes it. */
const printed = ({ type, value }: TypedParam): string => (type === 'boolean' ? (value ? 'yes' : 'no') : `${value}`);

/** What the reading itself, or merely being there, moves. */
const restless = /^(cpu\.(time|user|system)|vcpu\.\d+\.(time|wait|delay)|balloon\.rss|net\.)/;

const classicGroups =
  StatsGroup.STATE |
  StatsGroup.CPU_TOTAL |
  StatsGroup.BALLOON |
  StatsGroup.VCPU |
  StatsGroup.INTERFACE |
  StatsGroup.BLOCK;

void test('bulk statistics are those that virsh shows, field by field', async () => {
  await using libvirtd = await startLibvirtd({ network: process.getuid?.() === 0 });
  const activity = { reads: 3, writes: 2 };
  await libvirtd.guests.create({ name: 'busy', vcpus: 2, disks: 2, nics: 1, iothreads: 1, diskActivity: activity });
  await libvirtd.guests.define({ name: 'off', disks: 1 });
  await using connection = await connect({ uri: libvirtd.uri('qemu') });
  const busy = await connection.lookupByName('busy');
  await eventually(async () => {
    const { writeRequests } = await connection.getBlockStats(busy, 'vda');
    assert.ok(writeRequests >= 2n);
  });
  await libvirtd.virsh('suspend', 'busy');

  const records = await connection.getAllDomainStats({ groups: 0 });
  assert.deepEqual(records.map(({ domain }) => domain.name).toSorted(), ['busy', 'off']);
  for (const { domain, params } of records) {
    const lines = (await libvirtd.virsh('domstats', domain.name)).split('\n').map((line) => line.trim());
    const shown = lines.filter((line) => line.includes('=')).map((line) => line.split(/=(.*)/));
    assert.deepEqual(
      params.map(({ name }) => name),
      shown.map(([name]) => name),
    );
    const still = params.filter(({ name }) => !restless.test(name));
    assert.deepEqual(
      still.map((param) => [param.name, printed(param)]),
      shown.filter(([name = '']) => !restless.test(name)).map(([name, value]) => [name, value]),
    );
  }

  const values = new Map(records.find(({ domain }) => domain.name === 'busy')?.params.map((p) => [p.name, p.value]));
  const counters = await connection.getBlockStatsFlags(busy, 'vda');
  assert.equal(counters.find(({ name }) => name === 'wr_operations')?.value, values.get('block.0.wr.reqs'));
  const info = await connection.getBlockInfo(busy, 'vda');
  assert.equal(info.capacityBytes, values.get('block.0.capacity'));
  assert.equal((await connection.getVcpus(busy)).vcpus.length, 2);
  assert.equal((await connection.getJobInfo(busy)).type, 0);
  assert.equal((await connection.getJobStats(busy)).type, 0);
  assert.deepEqual(
    (await connection.getNodeMemoryStats()).slice(0, 2).map(({ name }) => name),
    ['total', 'free'],
  );
  assert.equal((await connection.getFreePages({ pageSizesKib: [4], startCell: 0, cellCount: 1 })).length, 1);
});

void test('a list of domains limits the answer, and one that is gone is left out', async () => {
  await using libvirtd = await startLibvirtd();
  await libvirtd.guests.define({ name: 'one' });
  await libvirtd.guests.define({ name: 'two' });
  await using connection = await connect({ uri: libvirtd.uri('qemu') });
  const domains = await connection.listAllDomains();
  await libvirtd.guests.undefine('two');
  const records = await connection.getAllDomainStats({ domains, groups: StatsGroup.STATE, flags: StatsFlag.NOWAIT });
  assert.deepEqual(
    records.map(({ domain }) => domain.name),
    ['one'],
  );
  const gone = domains.find(({ name }) => name === 'two');
  assert.ok(gone);
  await assert.rejects(connection.getXmlDesc(gone), isNoDomain);
});

void test('a hung guest holds one call; the next one, told not to wait, returns; the slot comes back with the guest', async () => {
  await using libvirtd = await startLibvirtd();
  await libvirtd.guests.create({ name: 'hung', disks: 1 });
  await libvirtd.guests.create({ name: 'fine', disks: 1 });
  await using connection = await connect({ uri: libvirtd.uri('qemu') });
  const pid = await libvirtd.guests.pid('hung');
  const hung = await connection.lookupByName('hung');
  process.kill(pid, 'SIGSTOP');
  const query = { groups: classicGroups, flags: StatsFlag.NOWAIT };
  await assert.rejects(connection.getAllDomainStats({ ...query, domains: [hung] }, { timeoutMs: 1000 }), (error) => {
    return error instanceof LibvirtError && error.code === 'timeout';
  });
  assert.equal(connection.outstanding, 1);

  const records = await connection.getAllDomainStats(query);
  const namesOf = (name: string): string[] =>
    records.find(({ domain }) => domain.name === name)?.params.map((param) => param.name) ?? [];
  assert.ok(namesOf('fine').includes('block.0.rd.reqs') && namesOf('fine').includes('balloon.rss'));
  assert.ok(!namesOf('hung').includes('block.0.rd.reqs') && namesOf('hung').includes('cpu.time'));

  process.kill(pid, 'SIGCONT');
  await eventually(() => assert.equal(connection.outstanding, 0));
  assert.equal(connection.dropped['late-reply'], 1);
});

void test('a daemon that is killed fails all calls in flight and all events with one error', async () => {
  await using libvirtd = await startLibvirtd();
  await libvirtd.guests.create({ name: 'hung' });
  await using connection = await connect({ uri: libvirtd.uri('qemu') });
  await using events = await connection.subscribe(['lifecycle']);
  process.kill(await libvirtd.guests.pid('hung'), 'SIGSTOP');
  const hung = await connection.lookupByName('hung');
  const calls = Promise.allSettled([
    connection.getAllDomainStats({ groups: StatsGroup.BALLOON }),
    connection.getMemoryStats(hung),
    events.next(),
  ]);
  assert.equal(connection.outstanding, 2);
  await libvirtd.kill('SIGKILL');
  const reason = await connection.closed;
  assert.equal(reason.code, 'connection-lost');
  for (const outcome of await calls) assert.equal(outcome.status === 'rejected' && outcome.reason, reason);
  await assert.rejects(connect({ uri: libvirtd.uri('qemu') }), (error) => {
    return error instanceof LibvirtError && ['connect-failed', 'socket-not-found'].includes(error.code);
  });
});

void test('the life of a guest is told', async () => {
  await using libvirtd = await startLibvirtd();
  await libvirtd.guests.define({ name: 'vm1' });
  await using connection = await connect({ uri: libvirtd.uri('qemu') });
  await using events = await connection.subscribe(['lifecycle']);
  const told: string[] = [];
  await libvirtd.guests.start('vm1');
  await libvirtd.guests.destroy('vm1');
  await libvirtd.guests.undefine('vm1');
  for await (const event of events) {
    assert.ok(event.type === 'lifecycle');
    told.push(`${event.event} ${event.detail}`);
    if (event.event === 'undefined') break;
  }
  assert.deepEqual(told, [
    'resumed unpaused',
    'started booted',
    'shutdown host',
    'stopped destroyed',
    'undefined removed',
  ]);
});
