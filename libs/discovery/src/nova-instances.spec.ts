import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Instance } from '@nephometer/inspector-api';
import { cloudServer, send } from '@nephometer/openstack/testing';
import { createLocalInstances } from './local-instances.ts';
import { guests, putServer, startNovaCloud } from './nova-cloud.ts';

test('The servers that Nova says are on the host are found, with the descriptions of their guests', async () => {
  await using lab = await startNovaCloud();
  putServer(lab, 'a');
  putServer(lab, 'b');
  putServer(lab, 'elsewhere', {}, 'compute-2');
  putServer(lab, 'still-building');
  assert.deepEqual(lab.found(), [], 'before Nova has answered');
  assert.equal(await lab.refresh(), true);
  const { resources, skipped } = lab.discovery.discover({ host: 'compute-1', instances: guests }, null);
  assert.deepEqual(lab.found(), ['name-a', 'name-b']);
  assert.equal('instance' in resources[0]! && (resources[0].instance as Instance).name, 'guest-a');
  assert.deepEqual(
    skipped.map(({ id, reason }) => [id, reason]),
    [['c', 'Nova lists no such server on a host "compute-1"; set "unmanaged: true" to meter it anyway']],
  );
  assert.equal(lab.lists()[0]?.toString(), 'all_tenants=True&host=compute-1');
});

test('With unmanaged, guests that Nova does not know are metered under their own name, but none before it has answered', async () => {
  await using lab = await startNovaCloud({}, { unmanaged: true });
  putServer(lab, 'a');
  putServer(lab, 'b', { 'OS-EXT-STS:vm_state': 'error' });
  assert.deepEqual(lab.found(), []);
  await lab.refresh();
  assert.deepEqual(lab.found(), ['name-a', 'guest-c']);
});

test('A server in error is left out with the reason, and comes back when it has recovered', async () => {
  await using lab = await startNovaCloud();
  putServer(lab, 'a', { 'OS-EXT-STS:vm_state': 'error', status: 'ERROR' });
  await lab.refresh();
  const { skipped } = lab.discovery.discover({ host: 'compute-1', instances: guests.slice(0, 1) }, null);
  assert.deepEqual(skipped, [{ id: 'a', name: 'guest-a', reason: 'Nova says that it is in an error state' }]);
  lab.clock.nowMs += 1000;
  putServer(lab, 'a');
  assert.equal(await lab.refresh(), true);
  assert.deepEqual(lab.found(), ['name-a']);
});

test('A flavor or an image that is gone, or not to be seen, has the name of something unknown', async () => {
  await using lab = await startNovaCloud();
  putServer(lab, 'a', { flavor: { id: 'f-gone' }, image: { id: 'i-gone' } });
  putServer(lab, 'b', { image: { id: 'i-secret' } });
  lab.server.fault = (request, response) => {
    if (!request.url?.includes('i-secret')) return false;
    send(response, 403, {});
    return true;
  };
  await lab.refresh();
  const { resources } = lab.discovery.discover({ host: 'compute-1', instances: guests }, null);
  const [gone, secret] = resources.map(({ metadata }) => metadata);
  assert.deepEqual(gone?.['flavor'], {
    id: 'f-gone',
    name: 'unknown-id-f-gone',
    vcpus: 0,
    ram: 0,
    disk: 0,
    ephemeral: 0,
  });
  assert.deepEqual(gone?.['image'], { id: 'i-gone', name: 'unknown-id-i-gone' });
  assert.deepEqual(secret?.['image'], { id: 'i-secret', name: 'unknown-id-i-secret' });
  assert.equal(gone !== undefined && 'image_meta' in gone, false);
});

test('Of a server whose part of the cloud is down, what was known goes on', async () => {
  await using lab = await startNovaCloud();
  putServer(lab, 'a');
  await lab.refresh();
  lab.clock.nowMs += 1000;
  const down = { status: 'UNKNOWN', tenant_id: 'p', links: [] };
  for (const id of ['a', 'b']) {
    lab.server.servers.set(id, { host: 'compute-1', updatedAtMs: lab.clock.nowMs, record: { id, ...down } });
  }
  await lab.refresh();
  assert.deepEqual(lab.found(), ['name-a']);
});

test('Without Glance in the catalog Nova is asked for images, in a version that has them', async () => {
  await using lab = await startNovaCloud({ microversion: '2.79' });
  lab.server.missing.add('image');
  let version: unknown;
  lab.server.fault = (request) => {
    if (request.url?.includes('/images/')) version = request.headers['openstack-api-version'];
    return false;
  };
  putServer(lab, 'a');
  await lab.refresh();
  assert.ok(lab.server.requests.some((line) => line.startsWith('GET /v2.1/images/')));
  assert.equal(version, 'compute 2.35');
  assert.equal(lab.server.headers['x-openstack-nova-api-version'], '2.35');
});

test('Who aborts stops waiting; the refresh goes on and is found done', async () => {
  await using lab = await startNovaCloud();
  putServer(lab, 'a');
  const gate = Promise.withResolvers<void>();
  lab.server.fault = (request, response) => {
    if (!request.url?.includes('detail')) return false;
    void gate.promise.then(() => send(response, 200, { servers: [cloudServer('a', { name: 'late' }).record] }));
    return true;
  };
  const impatient = new AbortController();
  const refreshed = lab.discovery.refresh?.('compute-1', impatient.signal);
  const patient = lab.refresh();
  impatient.abort(new Error('the cycle is over'));
  await assert.rejects(refreshed ?? Promise.resolve(), /the cycle is over/);
  gate.resolve();
  assert.equal(await patient, true);
  assert.deepEqual(lab.found(), ['late']);
  assert.equal(lab.lists().length, 1, 'one request for both');
});

test('Closing ends what is under way, and nothing begins afterwards', async () => {
  await using lab = await startNovaCloud();
  lab.server.fault = () => true;
  const refreshed = lab.refresh();
  await lab.discovery.close?.();
  await assert.rejects(refreshed, { code: 'closed' });
  await assert.rejects(lab.refresh(), { code: 'closed' });
  await lab.discovery.close?.();
});

test('Fifty hosts that ask at once are asked about at the pace of the budget, once each', async () => {
  await using lab = await startNovaCloud({ requestsPerSecond: 10, concurrentRequests: 4 });
  const startMs = lab.clock.nowMs;
  const hosts = Array.from({ length: 50 }, (_, index) => `compute-${index}`);
  for (const host of hosts) putServer(lab, `on-${host}`, {}, host);
  await Promise.all(hosts.map((host) => lab.refresh(host)));
  assert.deepEqual(lab.cloud.requests(), [
    { kind: 'token', outcome: 'ok', count: 1 },
    { kind: 'servers', outcome: 'ok', count: 50 },
    { kind: 'flavor', outcome: 'ok', count: 1 },
    { kind: 'image', outcome: 'ok', count: 1 },
  ]);
  // The token is not in the budget.
  assert.ok(lab.clock.nowMs - startMs >= (52 - 4) * 100);
});

test('Nova cannot be asked without a cloud', () => {
  for (const instanceDiscoveryMethod of ['naive', 'workload_partitioning'] as const) {
    assert.throws(() => createLocalInstances({ unmanaged: true, instanceDiscoveryMethod }), { code: 'not-configured' });
  }
});
