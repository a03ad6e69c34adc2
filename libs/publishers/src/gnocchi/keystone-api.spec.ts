import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import { after, before, test } from 'node:test';
import { createCloud } from '@nephometer/openstack';
import { startRecordedCloud } from '@nephometer/openstack/testing';
import type { ReadRequest, RecordedCloud } from '@nephometer/openstack/testing';
import type { Publisher } from '@nephometer/plugin';
import { startGnocchi } from '@nephometer/test-kit';
import type { TestGnocchi } from '@nephometer/test-kit';
import { exampleSettings } from '../example.ts';
import { guestId, guestSample } from './example.ts';
import { gnocchiPublisherFactory } from './gnocchi-publisher.ts';

const { signal } = new AbortController();

let gnocchi: TestGnocchi;
before(async () => {
  gnocchi = await startGnocchi();
});
after(() => gnocchi[Symbol.asyncDispose]());

type OpenstackConfig = Parameters<typeof createCloud>[0];

interface Lab extends AsyncDisposable {
  readonly server: RecordedCloud;
  readonly publisher: Publisher;
  readonly warnings: readonly string[];
}

/** A cloud whose catalog has a Gnocchi at its own address: what comes there with a good token goes on to a real one. */
async function start(query = '', different: Partial<OpenstackConfig> = {}): Promise<Lab> {
  const warnings: string[] = [];
  const server = await startRecordedCloud();
  server.fault = (request, response) => {
    if (!request.url?.startsWith('/v1/') || !server.isGoodToken(request)) return false;
    void pass(request, response);
    return true;
  };
  const cloud = createCloud({ ...server.config, ...different });
  const settings = exampleSettings({ cloud, warn: (message) => void warnings.push(message) });
  const publisher = gnocchiPublisherFactory.create(`gnocchi://?timeout=60&${query}`, settings);
  return {
    server,
    warnings,
    publisher,
    async [Symbol.asyncDispose]() {
      await publisher.close();
      await cloud.close();
      await server[Symbol.asyncDispose]();
    },
  };
}

async function pass(request: ReadRequest, response: ServerResponse): Promise<void> {
  const answer = await fetch(`http://127.0.0.1:${gnocchi.port}${request.url}`, {
    method: request.method ?? 'GET',
    headers: {
      Authorization: `Basic ${btoa('admin:')}`,
      Accept: request.headers.accept ?? '',
      'Content-Type': 'application/json',
    },
    ...(request.text !== '' && { body: request.text }),
  });
  response.writeHead(answer.status, { 'Content-Type': answer.headers.get('Content-Type') ?? 'text/plain' });
  response.end(Buffer.from(await answer.arrayBuffer()));
}

const at = (guest: number, second: number): ReturnType<typeof guestSample> =>
  guestSample(guest, { volume: second, timestamp: `2026-01-02T03:04:0${second}` });

test("Gnocchi is found in Keystone's catalog, and a token that it refuses is renewed once", async () => {
  await using lab = await start();
  assert.deepEqual(await lab.publisher.publish([at(1, 1)], signal), []);
  lab.server.revokeTokens();
  assert.deepEqual(await lab.publisher.publish([at(1, 3)], signal), []);
  assert.deepEqual(await gnocchi.measures('instance', guestId(1), 'cpu'), [['2026-01-02T03:00:00+00:00', 300, 2]]);
  assert.equal(lab.server.requests.filter((line) => line.endsWith('/auth/tokens')).length, 2);
  assert.ok(lab.server.requests.includes('POST /v1/batch/resources/metrics/measures?create_metrics=true'));
});

test('A project may be left out, which is counted', async () => {
  const reason = 'filter_project leaves out what project "service" owns';
  await using lab = await start('filter_project=service');
  const asked = (): string[] => lab.server.requests.filter((line) => line.startsWith('GET /v3/'));
  assert.deepEqual(await lab.publisher.publish([at(2, 1)], signal), []);
  const [, projects] = asked();
  assert.equal(projects, 'GET /v3/projects?name=service&domain_id=default');
  const owned = { ...at(3, 1), projectId: lab.server.projectId('service') };
  assert.deepEqual(await lab.publisher.publish([owned, at(2, 2), owned], signal), [{ samples: 2, reason }]);
  assert.deepEqual(await lab.publisher.publish([owned], signal), [{ samples: 1, reason }]);
  assert.equal(asked().length, 2);
  await assert.rejects(gnocchi.get(`resource/instance/${guestId(3)}`), /answered 404/);
  await using everybody = await start();
  assert.deepEqual(await everybody.publisher.publish([owned], signal), []);
  await using nobody = await start('filter_project=services');
  for (let again = 0; again < 2; again += 1) {
    assert.deepEqual(await nobody.publisher.publish([owned], signal), []);
  }
  assert.equal(nobody.warnings.length, 1);
  assert.match(nobody.warnings[0] ?? '', /no project "services" in the domain "Default", so nothing is left out/);
  assert.deepEqual(lab.warnings, []);
});

test('What Keystone does not give is told with what to do, and passes', async () => {
  await using lab = await start();
  lab.server.missing.add('metric');
  const error = { isPermanent: false, code: 'refused', message: /no public endpoint of type "metric"/ };
  await assert.rejects(lab.publisher.publish([at(4, 1)], signal), error);
  const credentials = { ...lab.server.config.credentials, kind: 'password', password: 'wrong-secret' } as const;
  await using stranger = await start('', { credentials } as Partial<OpenstackConfig>);
  await assert.rejects(
    stranger.publisher.publish([at(4, 1)], signal),
    ({ code, message }: Error & { code: string }) => {
      assert.equal(code, 'unauthorized');
      assert.match(message, /check the password of user "ceilometer"/);
      assert.doesNotMatch(message, /wrong-secret/);
      return true;
    },
  );
  await using filtered = await start('enable_filter_project=true');
  await filtered.server[Symbol.asyncDispose]();
  await assert.rejects(filtered.publisher.publish([at(4, 1)], signal), { code: 'unreachable', isPermanent: false });
});

test('A Gnocchi that hangs behind Keystone is given up in time', async () => {
  await using server = await startRecordedCloud();
  server.fault = (request) => request.url?.startsWith('/v1/') ?? false;
  const cloud = createCloud(server.config);
  const publisher = gnocchiPublisherFactory.create('gnocchi://?timeout=0.05', exampleSettings({ cloud }));
  const error = { code: 'timeout', isPermanent: false, message: /archive_policy.*within 50 ms/ };
  await assert.rejects(publisher.publish([at(5, 1)], signal), error);
  await publisher.close();
  await cloud.close();
});

test('Without a section openstack neither Keystone nor a project can be asked for', () => {
  const settings = exampleSettings();
  const error = { code: 'bad_url', message: /add a section "openstack"/ };
  assert.throws(() => gnocchiPublisherFactory.create('gnocchi://', settings), error);
  assert.throws(() => gnocchiPublisherFactory.create('gnocchi://a:b@h/?filter_project=x', settings), error);
});
