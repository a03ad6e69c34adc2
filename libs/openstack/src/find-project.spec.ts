import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createCloud } from './cloud.ts';
import { findProject } from './find-project.ts';
import { send, startRecordedCloud } from './recorded-cloud.ts';

const { signal } = new AbortController();

test('A project is found by its name and that of its domain', async () => {
  await using server = await startRecordedCloud();
  const cloud = createCloud(server.config);
  const id = await findProject(cloud, { project: 'service', domain: 'Default' }, signal);
  assert.match(id ?? '', /^[0-9a-f]{32}$/);
  assert.deepEqual(server.requests.slice(1), [
    'GET /v3/domains?name=Default',
    'GET /v3/projects?name=service&domain_id=default',
  ]);
  await cloud.close();
});

test('A project or a domain that is not there has no id, and an answer that is none is an error', async () => {
  await using server = await startRecordedCloud();
  const cloud = createCloud(server.config);
  assert.equal(await findProject(cloud, { project: 'services', domain: 'Default' }, signal), undefined);
  assert.equal(await findProject(cloud, { project: 'service', domain: 'default' }, signal), undefined);
  server.fault = (request, response) => {
    if (request.method === 'POST') return false;
    send(response, 200, { domains: 5 });
    return true;
  };
  const name = { project: 'service', domain: 'Default' };
  await assert.rejects(findProject(cloud, name, signal), { code: 'bad-answer', message: /no list of domains/ });
  await cloud.close();
});
