import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatProblem } from '@nephometer/service';
import { parseCoordinatorConfig } from './coordinator-config.ts';

const small = 'pipeline_file: a\ninspectors: [{targets: [a:1]}]\n';

const faulty: readonly (readonly [string, string, readonly (string | RegExp)[]])[] = [
  [
    'Nova is to be asked, by nobody',
    `${small}instance_discovery_method: naive\n`,
    [
      '3: instance_discovery_method: naive asks Nova; add a section "openstack" that says where and as whom, or write libvirt_metadata',
    ],
  ],
  [
    'an OpenStack that is nowhere and a password that is no text, which stays secret',
    `${small}openstack:\n  auth_url: keystone\n  username: u\n  password: 4711\n  project_name: p\n  regoin_name: r\n`,
    [
      "4: openstack.auth_url: expected Keystone's URL, for example https://keystone.example.org:5000/v3",
      '6: openstack.password: expected text; put it in quotes',
      /^8: openstack.regoin_name: unknown key "regoin_name"; did you mean "region_name"/,
    ],
  ],
  [
    'nobody who may ask OpenStack',
    `${small}openstack:\n  auth_url: http://k/v3\n`,
    [
      '3: openstack: nobody is named who may ask; give username, password and project_name, or application_credential_id and application_credential_secret, or token and project_name',
    ],
  ],
  [
    'half a user',
    `${small}openstack:\n  auth_url: http://k/v3\n  username: u\n`,
    [
      '3: openstack: username needs password beside it; add it',
      '3: openstack: username needs project_name beside it; add it',
    ],
  ],
  [
    'two who may ask OpenStack',
    `${small}openstack:\n  auth_url: http://k/v3\n  username: u\n  password: x\n  project_name: p\n  token: t\n`,
    ['8: openstack.token: username is given as well; keep one of the two'],
  ],
  [
    'a microversion that YAML takes for a number',
    `${small}openstack:\n  auth_url: http://k/v3\n  token: t\n  project_name: p\n  microversion: 2.60\n`,
    ['7: openstack.microversion: expected a version in quotes, for example "2.60"'],
  ],
];

for (const [what, source, expected] of faulty) {
  test(`${what}: every problem with its line`, () => {
    const parsed = parseCoordinatorConfig(source, { file: 'c.yaml', flags: {}, env: {} });
    assert.ok(!parsed.ok, 'no problem found');
    const problems = parsed.problems.map((problem) => formatProblem(problem).replace('c.yaml:', ''));
    assert.equal(problems.length, expected.length, problems.join('\n'));
    for (const [index, wanted] of expected.entries()) {
      if (typeof wanted === 'string') assert.equal(problems[index], wanted);
      else assert.match(problems[index] ?? '', wanted);
    }
  });
}

test('OpenStack is asked as the section says, with durations in ms; a password may come from the environment', () => {
  const source = `${small}instance_discovery_method: naive
openstack:
  auth_url: https://keystone:5000/v3
  username: nephometer
  project_name: service
  microversion: "2.60"
  ca: ca.pem
  resource_update_interval: 300
`;
  const env = { NEPHOMETER_OPENSTACK_PASSWORD: 'hidden' };
  const parsed = parseCoordinatorConfig(source, { file: '/etc/n/coordinator.yaml', flags: {}, env });
  assert.ok(parsed.ok, JSON.stringify(parsed));
  assert.equal(parsed.value.unmanaged, false);
  assert.deepEqual(parsed.value.openstack, {
    authUrl: 'https://keystone:5000/v3',
    credentials: {
      kind: 'password',
      username: 'nephometer',
      password: 'hidden',
      userDomainName: 'Default',
      projectName: 'service',
      projectDomainName: 'Default',
    },
    interface: 'public',
    ca: '/etc/n/ca.pem',
    insecure: false,
    microversion: '2.60',
    resourceUpdateIntervalMs: 300_000,
    resourceCacheExpiryMs: 3_600_000,
    requestsPerSecond: 10,
    concurrentRequests: 4,
    requestTimeoutMs: 30_000,
    ignoreDisabledProjects: false,
  });
});
