import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createCloud } from '@nephometer/openstack';
import type { Cloud } from '@nephometer/openstack';
import { createHandClock, send, startRecordedCloud } from '@nephometer/openstack/testing';
import type { HandClock, RecordedCloud } from '@nephometer/openstack/testing';
import type { Discovery } from '@nephometer/plugin';
import { createEndpoint } from './endpoint.ts';
import type { OpenstackConfig } from '@nephometer/service-config';
import { createTenant } from './tenant.ts';

const { signal } = new AbortController();

async function start(
  create: (options: { cloud: Cloud }) => Discovery,
  different: Partial<OpenstackConfig> = {},
): Promise<
  AsyncDisposable & {
    server: RecordedCloud;
    clock: HandClock;
    discovery: Discovery;
    refresh: (host?: string) => Promise<boolean>;
  }
> {
  const server = await startRecordedCloud();
  const clock = createHandClock();
  server.now = () => clock.now();
  const cloud = createCloud({ ...server.config, ...different }, { clock, random: () => 0 });
  const discovery = create({ cloud });
  return {
    server,
    clock,
    discovery,
    refresh: async (host = 'compute-1') => (await discovery.refresh?.(host, signal)) ?? false,
    async [Symbol.asyncDispose]() {
      await discovery.close?.();
      await cloud.close();
      await server[Symbol.asyncDispose]();
    },
  };
}

const namesOf = (discovery: Discovery): unknown[] =>
  discovery.discover({ host: 'compute-1', instances: [] }, null).resources.map(({ metadata }) => metadata['name']);

test('Projects are found domain by domain, and each host is told once', async () => {
  await using lab = await start(createTenant);
  assert.deepEqual(namesOf(lab.discovery), []);
  assert.equal(await lab.refresh(), true);
  assert.equal(await lab.refresh(), false);
  assert.equal(await lab.refresh('compute-2'), true);
  assert.deepEqual(namesOf(lab.discovery), ['admin', 'service', 'closed']);
  const [{ id, projectId } = { id: '', projectId: '' }] = lab.discovery.discover(
    { host: '', instances: [] },
    null,
  ).resources;
  assert.equal(id, projectId);
  assert.deepEqual(
    lab.server.requests.map((line) => line.replace(/=[0-9a-f]{32}/, '=ID')),
    ['POST /v3/auth/tokens', 'GET /v3/domains', 'GET /v3/projects?domain_id=default', 'GET /v3/projects?domain_id=ID'],
  );
});

test('Disabled domains and projects are passed over if asked', async () => {
  await using lab = await start(createTenant, { ignoreDisabledProjects: true });
  await lab.refresh();
  assert.deepEqual(namesOf(lab.discovery), ['admin', 'service']);
  assert.deepEqual(lab.server.requests.slice(1), [
    'GET /v3/domains?enabled=true',
    'GET /v3/projects?domain_id=default&enabled=true',
  ]);
});

test('Projects are asked for again after a minute or the update interval; a failure keeps the last ones', async () => {
  await using lab = await start(createTenant, { resourceUpdateIntervalMs: 120_000 });
  await lab.refresh();
  const asked = lab.server.requests.length;
  lab.clock.nowMs += 119_000;
  await lab.refresh();
  assert.equal(lab.server.requests.length, asked);
  lab.clock.nowMs += 1_000;
  lab.server.fault = (_request, response) => (send(response, 500, {}), true);
  await assert.rejects(lab.refresh(), { code: 'failed' });
  await assert.rejects(lab.refresh(), { code: 'failed' });
  assert.equal(lab.server.requests.length, asked + 1);
  assert.equal(namesOf(lab.discovery).length, 3);
});

test('The endpoints of a service are its URLs in region and interface; without a name, those of all', async () => {
  await using lab = await start(createEndpoint, { interface: 'internal' });
  await lab.refresh();
  const urls = (parameter: string | null): string[] =>
    lab.discovery
      .discover({ host: 'compute-1', instances: [] }, parameter)
      .resources.map(({ id }) => new URL(id).pathname);
  assert.deepEqual(urls('identity'), ['/v3']);
  assert.deepEqual(urls('compute'), ['/v2.1']);
  assert.ok(urls(null).length > 2);
  const { resources, skipped } = lab.discovery.discover({ host: 'compute-1', instances: [] }, 'volume');
  assert.deepEqual(
    [resources, skipped],
    [[], [{ id: 'volume', name: 'volume', reason: "Keystone's catalog has no endpoint of it" }]],
  );
  assert.equal(lab.server.requests.length, 1, 'the catalog comes with the token');
});

test('Without a section "openstack" there is nothing to find, and a refresh says what to add', async () => {
  for (const discovery of [createTenant({}), createEndpoint({})]) {
    assert.deepEqual(discovery.discover({ host: 'compute-1', instances: [] }, null), { resources: [], skipped: [] });
    await assert.rejects(discovery.refresh?.('compute-1', signal) ?? Promise.resolve(), {
      code: 'not-configured',
      message: /add a section "openstack"/,
    });
    await discovery.close?.();
  }
});
