import assert from 'node:assert/strict';
import { mkdtempDisposable, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { formatProblem } from '@nephometer/service';
import fc from 'fast-check';
import {
  coordinatorKeys,
  isCoordinatorConfig,
  loadCoordinatorConfig,
  parseCoordinatorConfig,
} from './coordinator-config.ts';
import type { CoordinatorConfig, CoordinatorOrigin } from './coordinator-config.ts';
import { complete, completeConfig } from './example.ts';

type Layers = Partial<Pick<CoordinatorOrigin, 'flags' | 'env'>>;

const file = '/etc/nephometer/coordinator.yaml';
const parse = (text: string, layers: Layers = {}): ReturnType<typeof parseCoordinatorConfig> =>
  parseCoordinatorConfig(text, { file, flags: {}, env: {}, ...layers });

function configOf(text: string, layers: Layers = {}): CoordinatorConfig {
  const parsed = parse(text, layers);
  assert.ok(parsed.ok, JSON.stringify(parsed));
  return parsed.value;
}

function problemsOf(text: string, layers: Layers = {}): readonly string[] {
  const parsed = parse(text, layers);
  assert.ok(!parsed.ok, 'no problem found');
  return parsed.problems.map((problem) => formatProblem(problem).replace('/etc/nephometer/', ''));
}

const small = 'pipeline_file: pipeline.yaml\ninspectors: [{targets: [127.0.0.1:7750]}]\n';
test('what is not said is default', () => {
  assert.deepEqual(parse(small), {
    ok: true,
    warnings: [],
    value: {
      pipelineFile: '/etc/nephometer/pipeline.yaml',
      inspectors: { targets: ['127.0.0.1:7750'] },
      stateDir: '/etc/nephometer/state',
      telemetrySecret: 'change this for valid signing',
      sampleSource: 'openstack',
      compat: 'head',
      unmanaged: true,
      instanceDiscoveryMethod: 'libvirt_metadata',
      reservedMetadata: { namespaces: ['metering.'], keys: [], length: 256 },
    } satisfies CoordinatorConfig,
  });
});

test('a file with every key is read, with paths relative to its directory', () => {
  assert.deepEqual(configOf(complete), completeConfig);
});

test('the list of keys is the one of the file', () => {
  assert.deepEqual(
    coordinatorKeys,
    [...complete.matchAll(/^\w+/gm)].map(([key]) => key),
  );
});

test('every setting of the environment beats the file, with paths relative to the working directory; flags beat it', () => {
  const env = {
    NEPHOMETER_POLLING_FILE: 'p.yaml',
    NEPHOMETER_PIPELINE_FILE: 'q.yaml',
    NEPHOMETER_INSPECTORS: 'a:1, unix:b.sock',
    NEPHOMETER_STATE_DIR: 'data',
    NEPHOMETER_TELEMETRY_SECRET: '12345',
    NEPHOMETER_TRANSPORT_URL: 'rabbit://env',
    NEPHOMETER_SAMPLE_SOURCE: 'env',
    NEPHOMETER_COMPAT: 'head',
    NEPHOMETER_UNMANAGED: 'true',
    NEPHOMETER_INSTANCE_DISCOVERY_METHOD: 'workload_partitioning',
    NEPHOMETER_OPENSTACK_TOKEN: 'from elsewhere',
    NEPHOMETER_LISTEN: '127.0.0.1:1',
    NEPHOMETER_HTTP: '127.0.0.1:2',
  };
  const { tls, openstack, ...config } = configOf(complete, { env, flags: { http: '127.0.0.1:3' } });
  assert.ok(tls !== undefined);
  assert.deepEqual(config, {
    pollingFile: resolve('p.yaml'),
    pipelineFile: resolve('q.yaml'),
    inspectors: { targets: ['a:1', `unix:${resolve('b.sock')}`] },
    stateDir: resolve('data'),
    telemetrySecret: '12345',
    transportUrl: 'rabbit://env',
    sampleSource: 'env',
    compat: 'head',
    unmanaged: true,
    instanceDiscoveryMethod: 'workload_partitioning',
    reservedMetadata: { namespaces: ['a.', 'b.'], keys: ['stack'], length: 10 },
    listen: { kind: 'tcp', host: '127.0.0.1', port: 1 },
    http: { kind: 'tcp', host: '127.0.0.1', port: 3 },
  });
  assert.deepEqual(problemsOf(small, { env: { NEPHOMETER_INSPECTORS: 'a:1,,b' } }), [
    'NEPHOMETER_INSPECTORS: no port in ""; write HOST:PORT, [IPV6]:PORT or unix:PATH, for example 127.0.0.1:7750',
    'NEPHOMETER_INSPECTORS: no port in "b"; write HOST:PORT, [IPV6]:PORT or unix:PATH, for example 127.0.0.1:7750',
  ]);
  assert.equal(openstack?.credentials.kind === 'token' && openstack.credentials.token, 'from elsewhere');
});

const forms = 'write HOST:PORT, [IPV6]:PORT or unix:PATH, for example 127.0.0.1:7750';
for (const [what, text, expected] of [
  [
    'an empty file',
    '# nothing\n',
    ['1: pipeline_file: missing; expected text', '1: inspectors: missing; expected a list'],
  ],
  ['no inspector', 'pipeline_file: a\ninspectors: []\n', ['2: inspectors: expected at least 1 entry']],
  [
    'ways to find inspectors that do not exist yet',
    'pipeline_file: a\ninspectors:\n- files: [a/*.yaml]\n- dns: _n._tcp.example.org\n- etcd: /n\n',
    ['files', 'dns', 'etcd'].map(
      (key, index) =>
        `${index + 3}: inspectors[${index}].${key}: "${key}" is not supported yet; list the inspectors under "targets"`,
    ),
  ],
  [
    'entries that are none',
    'pipeline_file: a\ninspectors:\n- 127.0.0.1:7750\n- target: [a:1]\n- {}\n- targets: a:1\n- targets: []\n',
    [
      '3: inspectors[0]: expected a mapping with "targets", got text "127.0.0.1:7750"; write targets: ["127.0.0.1:7750"]',
      '4: inspectors[1].target: unknown key "target"; did you mean "targets"? (known: targets)',
      '5: inspectors[2]: expected a mapping with "targets", got an empty one',
      '6: inspectors[3].targets: targets should be a list, got text "a:1"; write ["a:1"] for a list of one',
      '7: inspectors[4].targets: no targets; list at least one, for example 127.0.0.1:7750',
    ],
  ],
  [
    'targets that are none',
    'pipeline_file: a\ninspectors:\n- targets:\n  - compute-1\n  - 7750\n  - a:0\n  - unix:\n',
    [
      `4: inspectors[0].targets[0]: no port in "compute-1"; ${forms}`,
      '5: inspectors[0].targets[1]: a target should be a text like 127.0.0.1:7750, got the number 7750',
      '6: inspectors[0].targets[2]: port 0 cannot be called; write the real one',
      '7: inspectors[0].targets[3]: a target should be a text like 127.0.0.1:7750, got a mapping',
    ],
  ],
  [
    'a version that nobody knows',
    `${small}compat: 19\n`,
    ['3: compat: expected one of 2015, 19.0.0, head, got the number 19'],
  ],
  [
    'a secret that is no text, which stays secret',
    `${small}telemetry_secret: 4711\n`,
    ['3: telemetry_secret: expected text; put it in quotes'],
  ],
  [
    'a bus that is no RabbitMQ, whose password stays secret',
    `${small}transport_url: amqp://u:hidden@h\n`,
    ["3: transport_url: expected RabbitMQ's URL, for example rabbit://user:password@rabbit.example.org:5672/"],
  ],
  [
    'a mistyped key',
    `${small}polling-file: a\n`,
    [
      `3: polling-file: unknown key "polling-file"; did you mean "polling_file"? (known: ${coordinatorKeys.join(', ')})`,
    ],
  ],
  [
    'two servers on one address',
    `${small}listen: 127.0.0.1:1\nhttp: 127.0.0.1:1\n`,
    ['4: http: the same address as "listen"; give each server one of its own'],
  ],
  [
    'an API beyond this machine without TLS',
    `${small}listen: 0.0.0.0:7751\n`,
    [
      '3: listen: anybody who reaches this address could watch the guests; configure tls (ca, cert, key), or listen on 127.0.0.1 or a unix socket',
    ],
  ],
] as const) {
  test(`${what}: every problem with its line`, () => {
    assert.deepEqual(
      problemsOf(text),
      expected.map((line) => `coordinator.yaml:${line}`),
    );
  });
}

test('a target that is listed twice is called once, and warned about', () => {
  const text = 'pipeline_file: a\ninspectors:\n- targets: [a:1, b:1]\n- targets:\n  - unix:/x\n  - a:1\n';
  assert.deepEqual(configOf(text).inspectors.targets, ['a:1', 'b:1', 'unix:/x']);
  assert.deepEqual(parse(text).warnings.map(formatProblem), [
    `${file}:6: inspectors[1].targets[1]: a:1 is listed twice; it is called once`,
  ]);
});

test('a status page beyond this machine is a warning, two servers on any free port are fine', () => {
  assert.match(
    parse(`${small}http: 0.0.0.0:7752\n`).warnings[0]?.message ?? '',
    /^whoever reaches this address reads it/,
  );
  assert.deepEqual(parse(`${small}listen: 127.0.0.1:0\nhttp: 127.0.0.1:0\n`).ok, true);
});

test('an address for the API that does not exist yet is a warning', () => {
  assert.deepEqual(parse(`${small}listen: 127.0.0.1:7751\n`).warnings.map(formatProblem), [
    `${file}:3: listen: the coordinator has no gRPC API yet: nothing will listen here`,
  ]);
});

test('a file is loaded, and the files that it names must be there', async () => {
  await using directory = await mkdtempDisposable(join(tmpdir(), 'nephometer-config-'));
  const path = join(directory.path, 'coordinator.yaml');
  await writeFile(path, `polling_file: polling.yaml\n${small}`);
  const flags = {};
  const env = { NEPHOMETER_PIPELINE_FILE: '/nowhere/pipeline.yaml' };
  const parsed = await loadCoordinatorConfig({ file: path, flags, env });
  assert.deepEqual(parsed.ok ? [] : parsed.problems.map(formatProblem).toSorted(), [
    `${path}:1: polling_file: the file ${join(directory.path, 'polling.yaml')} does not exist; create it or correct the path`,
    'NEPHOMETER_PIPELINE_FILE: the file /nowhere/pipeline.yaml does not exist; create it or correct the path',
  ]);
  await writeFile(join(directory.path, 'polling.yaml'), '');
  await writeFile(join(directory.path, 'pipeline.yaml'), '');
  const good = await loadCoordinatorConfig({ file: path, flags, env: {} });
  assert.equal(good.ok && good.value.stateDir, join(directory.path, 'state'));
});

test('a document with a key that only a coordinator.yaml has looks like one', () => {
  assert.deepEqual(
    [
      { inspectors: 1 },
      { pipeline_file: 1, x: 2 },
      { listen: 1, http: 1, tls: 1 },
      { libvirt: 1 },
      { sources: [] },
      null,
    ].map(isCoordinatorConfig),
    [true, true, false, false, false, false],
  );
});

test('nothing makes the parser throw', () => {
  const part = fc.constantFrom(
    ...coordinatorKeys,
    ': ',
    '\n',
    '  ',
    '[',
    ']',
    '{',
    '}',
    '127.0.0.1:1',
    'targets',
    '5',
    '&a ',
    '*a',
    '- ',
    ', ',
  );
  const text = fc.oneof(
    fc.uint8Array(),
    fc.string({ unit: 'binary' }),
    fc.array(part).map((parts) => parts.join('')),
  );
  fc.assert(
    fc.property(text, fc.string(), (source, flag) => {
      const parsed = parseCoordinatorConfig(source, {
        file,
        flags: { http: flag },
        env: { NEPHOMETER_INSPECTORS: flag },
      });
      if (!parsed.ok) assert.ok(parsed.problems.length > 0);
    }),
    { numRuns: 1000 },
  );
});
