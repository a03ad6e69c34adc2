import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cloudServer, send } from '@nephometer/openstack/testing';
import type { RecordedCloud } from '@nephometer/openstack/testing';
import { guests, putServer, startNovaCloud } from '../nova-cloud.ts';

test('After the first time only changes are asked for, with a margin for clocks, and nothing new is told as such', async () => {
  await using lab = await startNovaCloud();
  putServer(lab, 'a');
  await lab.refresh();
  const firstMs = lab.clock.nowMs;
  lab.clock.nowMs += 120_000;
  assert.equal(await lab.refresh(), false);
  putServer(lab, 'b');
  assert.equal(await lab.refresh(), true);
  assert.equal(await lab.refresh(), false, 'told once');
  assert.deepEqual(lab.found(), ['name-a', 'name-b']);
  const since = new Date(firstMs - 60_000).toISOString().replace('.000Z', 'Z');
  assert.deepEqual(
    [...(lab.lists()[1]?.entries() ?? [])],
    [
      ['all_tenants', 'True'],
      ['changes-since', since],
      ['host', 'compute-1'],
    ],
  );
});

test('A server that was deleted disappears with its change', async () => {
  await using lab = await startNovaCloud();
  putServer(lab, 'a');
  putServer(lab, 'b');
  await lab.refresh();
  lab.clock.nowMs += 1000;
  putServer(lab, 'a', { 'OS-EXT-STS:vm_state': 'deleted', status: 'DELETED' });
  assert.equal(await lab.refresh(), true);
  assert.deepEqual(lab.found(), ['name-b']);
});

test('A server that went without a trace is forgotten when everything is asked for again', async () => {
  await using lab = await startNovaCloud({ resourceCacheExpiryMs: 600_000 });
  putServer(lab, 'a');
  putServer(lab, 'b');
  await lab.refresh();
  lab.server.servers.delete('a');
  lab.clock.nowMs += 200_000;
  assert.equal(await lab.refresh(), false);
  assert.deepEqual(lab.found(), ['name-a', 'name-b']);
  lab.clock.nowMs += 400_000;
  assert.equal(await lab.refresh(), true);
  assert.deepEqual(lab.found(), ['name-b']);
  assert.deepEqual(
    lab.lists().map((query) => query.has('changes-since')),
    [false, true, false],
  );
});

test('Whatever the clock here says, no change is missed', async () => {
  for (const skewMs of [-3_600_000, 3_600_000]) {
    await using lab = await startNovaCloud();
    const cloudNow = (): number => lab.clock.nowMs + skewMs;
    lab.server.now = cloudNow;
    lab.server.servers.set('a', cloudServer('a', { name: 'old' }, 'compute-1', cloudNow()));
    await lab.refresh();
    lab.clock.nowMs += 60_000;
    lab.server.servers.set('a', cloudServer('a', { name: 'new' }, 'compute-1', cloudNow()));
    lab.clock.nowMs += 60_000;
    await lab.refresh();
    assert.deepEqual(lab.found(), ['new']);
    assert.ok(lab.lists()[1]?.has('changes-since'));
  }
});

test('All pages are read, wherever their links lead', async () => {
  await using lab = await startNovaCloud();
  lab.server.pageSize = 1;
  for (const id of ['a', 'b', 'c']) putServer(lab, id);
  await lab.refresh();
  assert.deepEqual(lab.found(), ['name-a', 'name-b', 'name-c']);
  assert.deepEqual(
    lab.lists().map((query) => query.get('marker')),
    [null, 'a', 'b'],
  );
});

test('Pages that go round in a circle, never end, or lead nowhere are an error', async () => {
  let count = 0;
  const table = [
    ['?marker=same', /go round in a circle at same/],
    [() => `?marker=${(count += 1)}`, /more than 100 pages/],
    ['?limit=1', /the link to its next page has no marker/],
    [5, /the link to its next page has no marker/],
  ] as const;
  for (const [href, message] of table) {
    await using lab = await startNovaCloud({ requestsPerSecond: 1000 });
    lab.server.fault = (request, response) => {
      if (request.method === 'POST') return false;
      const link = typeof href === 'function' ? `http://nova/${href()}` : href;
      send(response, 200, { servers: [], servers_links: [{ rel: 'self' }, { rel: 'next', href: link }] });
      return true;
    };
    await assert.rejects(lab.refresh(), { code: 'bad-answer', message });
  }
});

test('Whatever fails, the last good list stands and what is asked next does not change', async () => {
  const faults: [string, RecordedCloud['fault']][] = [
    ['failed', (_request, response) => (send(response, 500, {}), true)],
    ['overloaded', (_request, response) => (send(response, 503, {}), true)],
    ['refused', (_request, response) => (send(response, 403, {}), true)],
    ['bad-answer', (_request, response) => (response.end('{"servers": ['), true)],
    ['bad-answer', (_request, response) => (send(response, 200, { servers: null }), true)],
    ['deadline', () => true],
    ['unreachable', (_request, response) => (response.destroy(), true)],
  ];
  for (const expired of [false, true]) {
    for (const [code, fault] of faults) {
      await using lab = await startNovaCloud({ requestTimeoutMs: code === 'deadline' ? 1000 : 60_000 });
      putServer(lab, 'a');
      await lab.refresh();
      lab.clock.nowMs += expired ? 3_600_000 - 120_000 : 1000;
      lab.server.fault = fault;
      await assert.rejects(lab.refresh(), { code });
      const attempts = lab.server.requests.length;
      await assert.rejects(lab.refresh(), { code });
      assert.equal(lab.server.requests.length, attempts, 'a pause');
      assert.deepEqual(lab.found(), ['name-a']);
      lab.server.fault = undefined;
      lab.clock.nowMs += 2500;
      putServer(lab, 'b');
      assert.equal(await lab.refresh(), true);
      assert.deepEqual(lab.found(), ['name-a', 'name-b']);
      assert.equal(lab.lists().at(-1)?.has('changes-since'), !expired);
    }
  }
});

test('Nova is asked no more often than the update interval says, and a tick that comes a little early counts', async () => {
  await using lab = await startNovaCloud({ resourceUpdateIntervalMs: 60_000 });
  putServer(lab, 'a');
  for (let count = 0; count < 5; count += 1) {
    await lab.refresh();
    lab.clock.nowMs += 29_900;
  }
  assert.equal(lab.lists().length, 3);
});

test('Flavors and images are asked for once for all hosts, and again when they have expired', async () => {
  await using lab = await startNovaCloud();
  const lookUps = (): number => lab.server.requests.filter((line) => /flavors|images/.test(line)).length;
  for (const host of ['compute-1', 'compute-2', 'compute-3']) putServer(lab, `on-${host}`, {}, host);
  for (const host of ['compute-1', 'compute-2', 'compute-3']) await lab.refresh(host);
  assert.equal(lookUps(), 2);
  lab.clock.nowMs += 3_700_000;
  await lab.refresh();
  assert.equal(lookUps(), 4);
});

test('When a flavor or an image cannot be asked for again, what was known of it goes on', async () => {
  await using lab = await startNovaCloud();
  putServer(lab, 'a');
  await lab.refresh();
  lab.clock.nowMs += 3_700_000;
  lab.server.fault = (request, response) => {
    if (!/images|flavors/.test(request.url ?? '')) return false;
    send(response, 500, {});
    return true;
  };
  assert.equal(await lab.refresh(), false);
  assert.deepEqual(lab.found(), ['name-a']);
});

test('A look-up that fails costs only the servers that need it, until it can be asked again', async () => {
  await using lab = await startNovaCloud();
  putServer(lab, 'a');
  putServer(lab, 'b', { image: { id: 'broken' } });
  lab.server.images.set('broken', { id: 'broken', name: 'repaired' });
  lab.server.fault = (request, response) => {
    if (!request.url?.includes('broken')) return false;
    send(response, 500, {});
    return true;
  };
  await lab.refresh();
  assert.deepEqual(lab.found(), ['name-a']);
  const { skipped } = lab.discovery.discover({ host: 'compute-1', instances: guests.slice(1, 2) }, null);
  assert.match(skipped[0]?.reason ?? '', /cannot be looked up: .*images\/broken: HTTP 500/);
  lab.server.fault = undefined;
  assert.equal(await lab.refresh(), true);
  assert.deepEqual(lab.found(), ['name-a', 'name-b']);
  assert.deepEqual(
    lab.lists().map((query) => query.has('changes-since')),
    [false, false],
  );
});
