import assert from 'node:assert/strict';
import { test } from 'node:test';
import { StatisticsGroup } from '@nephometer/inspector-api';
import { LibvirtError, StatsFlag, StatsGroup } from '@nephometer/libvirt';
import type { DomainStats, StatsQuery } from '@nephometer/libvirt';
import { readStatistics } from './read-statistics.ts';
import type { Session } from './session.ts';

const { signal } = new AbortController();

const record: DomainStats = {
  domain: { name: 'well', uuid: '6695eb01-f6a4-8304-79aa-97f2502e193f', id: 1 },
  params: [{ name: 'cpu.time', type: 'ullong', value: 7n }],
};

/** What libvirt before 11 answers to the whole call when one QEMU dies during it. */
const qemuDied = LibvirtError.fromDaemon(
  {
    code: 38,
    domain: 10,
    level: 2,
    message: 'Unable to read from monitor: Connection reset by peer',
    str1: undefined,
    str2: undefined,
    int1: 104,
  },
  'CONNECT_GET_ALL_DOMAIN_STATS',
);

/** A session whose bulk call gives these answers one after the other, and what it was asked. */
function scripted(...answers: (DomainStats[] | Error)[]): { readonly session: Session; readonly asked: StatsQuery[] } {
  const asked: StatsQuery[] = [];
  const getAllDomainStats = async (query: StatsQuery): Promise<DomainStats[]> => {
    asked.push(query);
    const answer = answers.shift();
    if (answer instanceof Error) throw answer;
    return answer ?? [];
  };
  const abilities = { libvirtVersion: 9_000_000, bulk: true };
  // Only the one call is made.
  const session = { bulk: { getAllDomainStats }, hypervisorType: 'QEMU', abilities } as unknown as Session;
  return { session, asked };
}

const request = {
  domains: undefined,
  groups: new Set([StatisticsGroup.STATE, StatisticsGroup.CPU]),
  descriptionOf: () => undefined,
};

test('a reading is one bulk call for the groups asked for, which waits for no busy guest', async () => {
  const { session, asked } = scripted([record]);
  const { records } = await readStatistics(session, request, () => undefined, signal);
  assert.deepEqual(records, [{ ...record, failures: undefined }]);
  assert.deepEqual(asked, [{ groups: StatsGroup.STATE | StatsGroup.CPU_TOTAL, flags: StatsFlag.NOWAIT }]);
});

test('a call that fails as a whole, because a QEMU died during it, is made once more', async () => {
  const { session, asked } = scripted(qemuDied, [record]);
  const { records } = await readStatistics(session, request, () => undefined, signal);
  assert.equal(records.length, 1);
  assert.equal(asked.length, 2);
});

test('a call that fails twice fails the reading with the reason, and there is no third one', async () => {
  const { session, asked } = scripted(qemuDied, qemuDied, [record]);
  await assert.rejects(
    readStatistics(session, request, () => undefined, signal),
    qemuDied,
  );
  assert.equal(asked.length, 2);
});

test('a lost connection is not asked again', async () => {
  const lost = new LibvirtError('connection-lost', 'the daemon closed the connection');
  const { session, asked } = scripted(lost, [record]);
  await assert.rejects(
    readStatistics(session, request, () => undefined, signal),
    lost,
  );
  assert.equal(asked.length, 1);
});
