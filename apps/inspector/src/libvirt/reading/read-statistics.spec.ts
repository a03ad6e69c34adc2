import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MissingReason, StatisticsGroup } from '@nephometer/inspector-api';
import { eventually } from '@nephometer/test-kit';
import { all, allBut, names, open, read, signal, verdicts } from '../testing/opened-reader.ts';
import { createScriptedDaemon } from '../testing/scripted-daemon.ts';

test('a few domains are one call, many are three that have them all between them', async () => {
  const few = createScriptedDaemon(...names(8));
  assert.deepEqual(await read(await open(few)), allBut(8));
  assert.deepEqual(few.bulkCalls, [names(8)]);
  const many = createScriptedDaemon(...names(30));
  assert.deepEqual(await read(await open(many)), allBut(30));
  assert.equal(many.bulkCalls.length, 3);
  assert.deepEqual(many.bulkCalls.flat().toSorted(), names(30).toSorted());
});

test('a domain that hangs costs the others nothing, and is found out', async () => {
  const daemon = createScriptedDaemon(...names(6));
  const opened = await open(daemon);
  daemon.set('g3', 'hung');
  assert.deepEqual(await read(opened), allBut(6, { g3: 'MONITOR_HUNG' }));
  assert.deepEqual(opened.hedges, ['late']);
  assert.deepEqual(opened.log, ['g3 hung']);
  assert.equal(opened.reader.protection.stuckCalls, 1);
  const before = daemon.bulkCalls.length;
  assert.deepEqual(await read(opened), allBut(6, { g3: 'MONITOR_HUNG' }));
  const expected = [['g1', 'g2', 'g4', 'g5', 'g6'], ['g3']];
  assert.deepEqual(
    daemon.bulkCalls.slice(before),
    expected,
    'as long as a call waits for it, libvirt passes over its monitor',
  );
  assert.deepEqual(opened.hedges, ['late']);

  daemon.set('g3', 'well');
  await eventually(() => assert.equal(opened.reader.protection.stuckCalls, 0));
  assert.deepEqual(await read(opened), allBut(6));
  assert.deepEqual(daemon.bulkCalls.at(-1), ['g3'], 'for a while it is read by itself');
  assert.deepEqual(opened.log, ['g3 hung', 'g3 answered']);
});

test('the record of a hung domain has what its monitor is not needed for, with since when for the rest', async () => {
  const daemon = createScriptedDaemon('g1');
  const { reader } = await open(daemon);
  daemon.set('g1', 'hung');
  const startedAt = Date.now();
  await reader.read(all, signal);
  const [record] = (await reader.read(all, signal)).records;
  assert.deepEqual(
    record?.params.map(({ name }) => name),
    ['state.state', 'cpu.time'],
  );
  const [failure] = record?.failures ?? [];
  assert.ok((failure?.sinceMs ?? 0) >= startedAt);
});

test('domains that hang together are told from each other, each with one call', async () => {
  const daemon = createScriptedDaemon(...names(8));
  const opened = await open(daemon);
  for (const name of ['g2', 'g4', 'g7']) daemon.set(name, 'hung');
  const hung = allBut(8, { g2: 'MONITOR_HUNG', g4: 'MONITOR_HUNG', g7: 'MONITOR_HUNG' });
  assert.deepEqual(await read(opened), hung);
  assert.equal(opened.reader.protection.stuckCalls, 3);
  assert.deepEqual(await read(opened), hung);
  assert.equal(opened.reader.protection.stuckCalls, 3);
});

test('a domain that dies while it is read costs only itself', async () => {
  const daemon = createScriptedDaemon(...names(5));
  const opened = await open(daemon);
  daemon.set('g4', 'dying');
  assert.deepEqual(await read(opened), allBut(5, { g4: 'LIBVIRT_ERROR' }));
  assert.deepEqual(opened.hedges, ['failed']);
  assert.deepEqual(opened.log, []);
});

test('a domain that libvirt itself does not let go has a record without values, and nobody waits for the list', async () => {
  const daemon = createScriptedDaemon(...names(3));
  const opened = await open(daemon);
  await read(opened);
  daemon.set('g2', 'locked');
  for (let round = 0; round < 2; round++) {
    const { records } = await opened.reader.read(all, signal);
    assert.deepEqual(verdicts(records), allBut(3, { g2: 'MONITOR_HUNG' }));
    const failures = records.find(({ domain }) => domain.name === 'g2')?.failures ?? [];
    assert.ok(
      failures.some(({ group, reason }) => group === StatisticsGroup.STATE && reason === MissingReason.LIBVIRT_ERROR),
    );
  }
  daemon.set('g2', 'well');
  await eventually(async () => assert.deepEqual(await read(opened), allBut(3)));
});

test('who is busy with another client is read again, and says so if that does not help', async () => {
  const daemon = createScriptedDaemon(...names(3));
  const opened = await open(daemon);
  daemon.set('g2', 'busy');
  assert.deepEqual(await read(opened), allBut(3, { g2: 'busy' }));
  assert.deepEqual(daemon.bulkCalls, [names(3), ['g2']]);
  assert.deepEqual(opened.log, [], 'no call of ours waits for it: it does not hang');
});

test('at the limit of stuck calls no monitor is asked, and one that returns ends that', async () => {
  const daemon = createScriptedDaemon(...names(6));
  const opened = await open(daemon, 2);
  for (const name of ['g1', 'g2', 'g3']) daemon.set(name, 'hung');
  await read(opened);
  assert.equal(opened.reader.protection.stuckCalls, 2);
  const before = daemon.bulkCalls.length;
  const spared = await read(opened);
  assert.equal(daemon.bulkCalls.length, before);
  assert.deepEqual([spared['g5'], spared['g6']], ['STUCK_CALLS', 'STUCK_CALLS']);
  for (const name of ['g1', 'g2', 'g3']) daemon.set(name, 'well');
  await eventually(() => assert.equal(opened.reader.protection.stuckCalls, 0));
  assert.deepEqual(await read(opened), allBut(6));
});

test('without a thread in the daemon nobody is taken for hung', async () => {
  const daemon = createScriptedDaemon(...names(2));
  const opened = await open(daemon);
  await read(opened);
  daemon.hasThreads = false;
  for (const name of names(2)) daemon.set(name, 'locked');
  assert.deepEqual(await read(opened), { g1: 'LIBVIRT_ERROR', g2: 'LIBVIRT_ERROR' });
  assert.deepEqual(opened.log, []);
  daemon.hasThreads = true;
  for (const name of names(2)) daemon.set(name, 'well');
  await eventually(async () => assert.deepEqual(await read(opened), allBut(2)));
});

test('a reading that is given up leaves its call behind, which counts, and the next one knows who it waits for', async () => {
  const daemon = createScriptedDaemon(...names(3));
  const opened = await open(daemon);
  daemon.set('g2', 'hung');
  const caller = new AbortController();
  const reading = opened.reader.read(all, caller.signal);
  await eventually(() => assert.equal(daemon.bulkCalls.length, 1));
  caller.abort(new Error('the caller has left'));
  await assert.rejects(reading, /the caller has left/);
  assert.equal(opened.reader.protection.stuckCalls, 1);
  assert.deepEqual(await read(opened), allBut(3, { g2: 'MONITOR_HUNG' }));
  assert.deepEqual(opened.hedges, []);
});

test('a domain that was started anew is read with the others at once, whoever still waits for the old one', async () => {
  const daemon = createScriptedDaemon(...names(3));
  const opened = await open(daemon);
  daemon.set('g2', 'hung');
  await read(opened);
  daemon.restart('g2');
  assert.deepEqual(await read(opened), allBut(3));
  assert.deepEqual(daemon.bulkCalls.at(-1), names(3));
});

test('groups that need no monitor are one call that no domain can hold up', async () => {
  const daemon = createScriptedDaemon(...names(3));
  const opened = await open(daemon);
  daemon.set('g1', 'hung');
  const request = { ...all, groups: new Set([StatisticsGroup.STATE, StatisticsGroup.VNIC]) };
  const { records } = await opened.reader.read(request, signal);
  assert.deepEqual(
    records.map(({ domain }) => domain.name),
    names(3),
  );
  assert.deepEqual([daemon.bulkCalls, opened.hedges], [[], []]);
});

test('a domain that libvirt does not let go costs the others nothing that needs no monitor either', async () => {
  const daemon = createScriptedDaemon(...names(3));
  const opened = await open(daemon);
  await read(opened);
  daemon.set('g2', 'locked');
  const request = { ...all, groups: new Set([StatisticsGroup.STATE, StatisticsGroup.VNIC]) };
  for (let round = 0; round < 2; round++) {
    const { records } = await opened.reader.read(request, signal);
    const told = records.filter(({ params }) => params.length > 0).map(({ domain }) => domain.name);
    assert.deepEqual(told.toSorted(), ['g1', 'g3']);
    const failures = records.find(({ domain }) => domain.name === 'g2')?.failures ?? [];
    assert.deepEqual(
      failures.map(({ group, reason }) => [group, reason]),
      [
        [StatisticsGroup.STATE, MissingReason.LIBVIRT_ERROR],
        [StatisticsGroup.VNIC, MissingReason.LIBVIRT_ERROR],
      ],
    );
  }
  daemon.set('g2', 'well');
  await eventually(async () => {
    const { records } = await opened.reader.read(request, signal);
    assert.ok(records.every(({ params }) => params.length > 0));
  });
});

test('only the domains named are read, and an unknown one is left out', async () => {
  const daemon = createScriptedDaemon(...names(3));
  const opened = await open(daemon);
  const ids = ['00000000-0000-0000-0000-000000000002', '00000000-0000-0000-0000-000000000999'];
  const { records } = await opened.reader.read({ ...all, ids }, signal);
  assert.deepEqual(verdicts(records), { g2: 'whole' });
  assert.deepEqual(daemon.bulkCalls, [['g2']]);
});

test('closing closes every connection, also that of a stuck call', async () => {
  const daemon = createScriptedDaemon(...names(2));
  const opened = await open(daemon);
  daemon.set('g1', 'hung');
  await read(opened);
  assert.ok(daemon.lanes >= 2);
  await opened.reader.close();
  assert.equal(daemon.lanes, 0);
});

test('what memory tells about being busy is not part of a reading that did not ask for memory', async () => {
  const daemon = createScriptedDaemon('g1');
  const opened = await open(daemon);
  const { records } = await opened.reader.read({ ...all, groups: new Set([StatisticsGroup.CPU]) }, signal);
  assert.deepEqual(
    records[0]?.params.map(({ name }) => name),
    ['state.state', 'cpu.time'],
  );
});

test('a reading that is due soon does not wait as long for a hung domain as it could', async () => {
  const daemon = createScriptedDaemon(...names(3));
  const patient = { observe: () => undefined, after: () => 60_000 };
  const opened = await open(daemon, 8, patient);
  daemon.set('g2', 'hung');
  const { records } = await opened.reader.read({ ...all, dueAtMs: Date.now() + 1000 }, signal);
  assert.deepEqual(verdicts(records), allBut(3, { g2: 'MONITOR_HUNG' }));
});
