import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gnocchiPublisherFactory } from './gnocchi-publisher.ts';
import { parseGnocchiOptions } from './gnocchi-options.ts';
import type { GnocchiOptions } from './gnocchi-options.ts';

function optionsOf(url: string): GnocchiOptions {
  const parsed = parseGnocchiOptions(url);
  assert.ok(parsed.ok, url);
  return parsed.options;
}

test("Ceilometer's URL means Keystone, with its timeout and without a filter", () => {
  const plain = { where: { kind: 'keystone', timeoutMs: 6050 }, createsTypes: true };
  for (const url of ['gnocchi', 'gnocchi://', 'gnocchi://?auth=keystone', 'GNOCCHI:///']) {
    assert.deepEqual(optionsOf(url), plain, url);
  }
  const all =
    'gnocchi://?archive_policy=low&filter_project=p&filter_domain=d&enable_filter_project=true' +
    '&resources_definition_file=g.yaml&timeout=0.5&create_resource_types=no';
  assert.deepEqual(optionsOf(all), {
    where: { kind: 'keystone', timeoutMs: 500 },
    archivePolicy: 'low',
    filter: { project: 'p', domain: 'd' },
    definitionsFile: 'g.yaml',
    createsTypes: false,
  });
});

test('A filter is on if something is said about it', () => {
  const filters = [
    ['filter_domain=d', { project: 'service', domain: 'd' }],
    ['filter_project=p', { project: 'p', domain: 'Default' }],
    ['enable_filter_project=1', { project: 'service', domain: 'Default' }],
    ['enable_filter_project=0&filter_project=p', undefined],
    ['', undefined],
  ] as const;
  for (const [query, filter] of filters) assert.deepEqual(optionsOf(`gnocchi://?${query}`).filter, filter, query);
});

test('A URL with a host has a user of its own, and the options of every web server', () => {
  const { where } = optionsOf(
    'gnocchi://admin:p%40ss@[::1]:8041/metric/?auth=basic&ssl=1&verify_ssl=no&timeout=3&max_retries=0',
  );
  assert.ok(where.kind === 'basic');
  const { origin, timeoutMs, retries, auth, tls } = where.target;
  assert.deepEqual(
    { path: where.path, origin, timeoutMs, retries, auth, tls },
    {
      path: '/metric',
      origin: 'https://[::1]:8041',
      timeoutMs: 3000,
      retries: 0,
      auth: { user: 'admin', password: 'p@ss' },
      tls: { isVerified: false },
    },
  );
  assert.deepEqual(optionsOf('gnocchi://admin:@h').where, { ...optionsOf('gnocchi://admin:@h/').where });
});

test('Everything that is wrong is told at once, and no password', () => {
  const wrong: readonly (readonly [url: string, ...problems: RegExp[]])[] = [
    ['gnocchi://?timeout=x&Archive_policy=y', /no option "Archive_policy"; it takes timeout, auth/, /timeout is "x"/],
    ['gnocchi://?archive_policy=&filter_project=', /filter_project is empty/, /archive_policy is empty/],
    ['gnocchi://?auth=basic', /basic needs user and host/],
    ['gnocchi://?auth=ldap', /must be keystone or basic/],
    ['gnocchi:///v1', /path without a host/],
    ['gnocchi://host:8041', /names nobody to be/],
    ['gnocchi://u:secret@host:99999?auth=noauth&ssl=perhaps', /ssl is "perhaps"/, /port/, /auth is "noauth"/],
    ['gnocchi://u:secret@host?auth=keystone&nonsense', /no option "nonsense"/, /leave out the host/],
  ];
  for (const [url, ...expected] of wrong) {
    const problems = gnocchiPublisherFactory.validate(url);
    assert.equal(problems.length, expected.length, problems.join('\n'));
    for (const [index, pattern] of expected.entries()) assert.match(problems[index] ?? '', pattern, url);
    assert.doesNotMatch(problems.join(), /secret/);
  }
});
