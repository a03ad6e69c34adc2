import assert from 'node:assert/strict';
import { mkdtempDisposable, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { formatProblem } from '@nephometer/service';
import fc from 'fast-check';
import { inspectorKeys, isInspectorConfig, loadInspectorConfig, parseInspectorConfig } from './inspector-config.ts';
import type { InspectorConfig, InspectorOrigin } from './inspector-config.ts';

type Layers = Partial<Pick<InspectorOrigin, 'flags' | 'env'>>;

const file = '/etc/nephometer/inspector.yaml';
const parse = (text: string | undefined, layers: Layers = {}): ReturnType<typeof parseInspectorConfig> =>
  parseInspectorConfig(text, { flags: {}, env: {}, ...layers, ...(text === undefined ? {} : { file }) });

function configOf(text: string | undefined, layers: Layers = {}): InspectorConfig {
  const parsed = parse(text, layers);
  assert.ok(parsed.ok, JSON.stringify(parsed));
  return parsed.value;
}

function problemsOf(text: string | undefined, layers: Layers = {}): readonly string[] {
  const parsed = parse(text, layers);
  assert.ok(!parsed.ok, 'no problem found');
  return parsed.problems.map((problem) => formatProblem(problem).replace('/etc/nephometer/', ''));
}

const defaults: InspectorConfig = {
  listen: { kind: 'tcp', host: '127.0.0.1', port: 7750 },
  hypervisor: 'libvirt',
  libvirt: { uri: 'qemu:///system' },
  simulated: { instances: 10, seed: 1 },
  insecure: false,
};

const complete = `listen: 10.0.0.1:7750
http: unix:run/http.sock
hypervisor: simulated
host: compute-1
libvirt:
  uri: test:///default
  socket: ../libvirt.sock
simulated:
  instances: 5
  seed: 7
tls:
  ca: ca.pem
  cert: /secret/c.pem
  key: k.pem
  allow: [coordinator.example.org]
insecure: false
`;

test('without a file, and with a file without settings, everything is default', () => {
  assert.deepEqual(configOf(undefined), defaults);
  assert.deepEqual(configOf('# listen: 127.0.0.1:7750\n'), defaults);
});

test('a file with every key is read, with paths relative to its directory', () => {
  assert.deepEqual(configOf(complete), {
    listen: { kind: 'tcp', host: '10.0.0.1', port: 7750 },
    http: { kind: 'unix', path: '/etc/nephometer/run/http.sock' },
    hypervisor: 'simulated',
    host: 'compute-1',
    libvirt: { uri: 'test:///default', socket: '/etc/libvirt.sock' },
    simulated: { instances: 5, seed: 7 },
    tls: {
      ca: '/etc/nephometer/ca.pem',
      cert: '/secret/c.pem',
      key: '/etc/nephometer/k.pem',
      allow: ['coordinator.example.org'],
    },
    insecure: false,
  } satisfies InspectorConfig);
});

test('the list of keys is the one of the file', () => {
  assert.deepEqual(inspectorKeys.toSorted(), [...complete.matchAll(/^\w+/gm)].map(([key]) => key).toSorted());
});

test('every setting of the environment beats the file', () => {
  const env = {
    NEPHOMETER_LISTEN: 'unix:run/grpc.sock',
    NEPHOMETER_HTTP: '127.0.0.1:1',
    NEPHOMETER_HYPERVISOR: 'libvirt',
    NEPHOMETER_HOST: 'compute-2',
    NEPHOMETER_LIBVIRT_URI: 'qemu:///session',
    NEPHOMETER_LIBVIRT_SOCKET: 'libvirt.sock',
    NEPHOMETER_SIMULATED_INSTANCES: '6',
    NEPHOMETER_SIMULATED_SEED: '8',
    NEPHOMETER_INSECURE: 'true',
  };
  const { tls, ...config } = configOf(complete, { env });
  assert.ok(tls !== undefined);
  assert.deepEqual(config, {
    listen: { kind: 'unix', path: resolve('run/grpc.sock') },
    http: { kind: 'tcp', host: '127.0.0.1', port: 1 },
    hypervisor: 'libvirt',
    host: 'compute-2',
    libvirt: { uri: 'qemu:///session', socket: resolve('libvirt.sock') },
    simulated: { instances: 6, seed: 8 },
    insecure: true,
  });
  assert.deepEqual(configOf(undefined, { env }), config);
});

test('every flag beats the environment; empty ones count as not given', () => {
  const env = { NEPHOMETER_LISTEN: '127.0.0.1:1', NEPHOMETER_HOST: 'from-env', NEPHOMETER_HTTP: '' };
  const flags = {
    listen: '127.0.0.1:2',
    http: '127.0.0.1:3',
    hypervisor: 'simulated',
    host: '',
    libvirtUri: 'test:///default',
  };
  assert.deepEqual(configOf('http: 127.0.0.1:4\n', { env }).http, { kind: 'tcp', host: '127.0.0.1', port: 4 });
  assert.deepEqual(configOf(undefined, { env, flags }), {
    ...defaults,
    listen: { kind: 'tcp', host: '127.0.0.1', port: 2 },
    http: { kind: 'tcp', host: '127.0.0.1', port: 3 },
    hypervisor: 'simulated',
    host: 'from-env',
    libvirt: { uri: 'test:///default' },
  });
});

test('a problem names the flag or variable that it comes from, else the line of the file', () => {
  const flags = { listen: '7750', hypervisor: 'libvrt' };
  const env = { NEPHOMETER_SIMULATED_SEED: 'x', NEPHOMETER_INSECURE: 'yes', NEPHOMETER_LISTEN: 'ignored' };
  assert.deepEqual(problemsOf('host: 5\nlisten: 127.0.0.1:1\n', { flags, env }), [
    '--listen: no host in "7750"; write HOST:PORT, [IPV6]:PORT or unix:PATH, for example 127.0.0.1:7750',
    '--hypervisor: expected one of libvirt, simulated, got text "libvrt"; did you mean "libvirt"?',
    'NEPHOMETER_SIMULATED_SEED: expected a number, got text "x"',
    'NEPHOMETER_INSECURE: expected true or false, got text "yes"',
    'inspector.yaml:1: host: expected text, got the number 5; put it in quotes if it is meant as text',
  ]);
});

for (const [text, expected] of [
  ['- a', ['1: expected a mapping (KEY: VALUE lines), got a list']],
  [
    'lisen: x\n',
    [
      '1: lisen: unknown key "lisen"; did you mean "listen"? (known: listen, http, hypervisor, host, libvirt, simulated, tls, insecure)',
    ],
  ],
  ['libvirt:\n  url: x\n', ['2: libvirt.url: unknown key "url"; did you mean "uri"? (known: uri, socket)']],
  ['libvirt: qemu:///system\n', ['1: libvirt: expected a mapping (KEY: VALUE lines), got text "qemu:///system"']],
  ['hypervisor: xen\n', ['1: hypervisor: expected one of libvirt, simulated, got text "xen"']],
  [
    'simulated:\n  instances: 0\n  seed: -1\n',
    [
      '2: simulated.instances: expected at least 1, got the number 0',
      '3: simulated.seed: expected at least 0, got the number -1',
    ],
  ],
  [
    'simulated: {instances: 100001, seed: 4294967296}\n',
    [
      '1: simulated.instances: expected at most 100000, got the number 100001',
      '1: simulated.seed: expected at most 4294967295, got the number 4294967296',
    ],
  ],
  [
    'tls:\n  ca: a\n  allow: []\n',
    [
      '1: tls.cert: missing; expected text',
      '1: tls.key: missing; expected text',
      '3: tls.allow: expected at least 1 entry',
    ],
  ],
  ['insecure: yes\n', ['1: insecure: expected true or false, got text "yes"']],
  ['host: ""\n', ['1: host: expected text, got nothing']],
] as const) {
  test(`${JSON.stringify(text)} is refused: every problem with its line`, () => {
    assert.deepEqual(
      problemsOf(text),
      expected.map((line) => `inspector.yaml:${line}`),
    );
  });
}

const open =
  'anybody who reaches this address could watch the guests; configure tls (ca, cert, key), ' +
  'listen on 127.0.0.1 or a unix socket, or write insecure: true';

test('beyond this machine it listens only with TLS or insecure', () => {
  assert.deepEqual(problemsOf('hypervisor: simulated\nlisten: 0.0.0.0:7750\n'), [`inspector.yaml:2: listen: ${open}`]);
  assert.deepEqual(problemsOf(undefined, { flags: { listen: '[::]:7750' } }), [`--listen: ${open}`]);
  for (const text of [
    'listen: 0.0.0.0:7750\ninsecure: true\n',
    'listen: 0.0.0.0:7750\ntls: {ca: a, cert: b, key: c}\n',
    'listen: 127.0.0.9:7750\n',
    'listen: "[::1]:7750"\n',
    'listen: localhost:0\n',
    'listen: unix:/run/nephometer.sock\n',
  ]) {
    assert.deepEqual(parse(text).warnings, [], text);
    configOf(text);
  }
});

test('plain HTTP beyond this machine is a warning', () => {
  const [warning] = parse('http: 0.0.0.0:7751\n').warnings;
  assert.match(
    formatProblem(warning ?? { file: '', path: '', message: '' }),
    /inspector\.yaml:1: http: whoever reaches this address reads it/,
  );
});

test('a variable that is probably mistyped is a warning, others are none of our business', () => {
  const { warnings } = parse(undefined, {
    env: { NEPHOMETER_LISTN: 'x', NEPHOMETER_STATE_DIR: 'x', NEPHOMETER_TEST_LOG: 'x', PATH: 'x' },
  });
  assert.deepEqual(warnings.map(formatProblem), [
    'NEPHOMETER_LISTN: unknown variable; did you mean NEPHOMETER_LISTEN?',
  ]);
});

test('a file is loaded, and the files that it names must be there', async () => {
  await using directory = await mkdtempDisposable(join(tmpdir(), 'nephometer-config-'));
  const path = join(directory.path, 'inspector.yaml');
  await writeFile(path, 'listen: 0.0.0.0:7750\ntls:\n  ca: ca.pem\n  cert: c.pem\n  key: k.pem\n');
  await writeFile(join(directory.path, 'ca.pem'), '');
  const parsed = await loadInspectorConfig({ file: path, flags: {}, env: {} });
  assert.deepEqual(parsed.ok ? [] : parsed.problems.map(formatProblem), [
    `${path}:4: tls.cert: the file ${join(directory.path, 'c.pem')} does not exist; create it or correct the path`,
    `${path}:5: tls.key: the file ${join(directory.path, 'k.pem')} does not exist; create it or correct the path`,
  ]);
  await writeFile(join(directory.path, 'c.pem'), '');
  await writeFile(join(directory.path, 'k.pem'), '');
  assert.equal((await loadInspectorConfig({ file: path, flags: {}, env: {} })).ok, true);
});

test('a file that is missing is a problem; no file is none', async () => {
  const parsed = await loadInspectorConfig({ file: '/nowhere/a.yaml', flags: {}, env: {} });
  assert.deepEqual(parsed.ok ? [] : parsed.problems.map(formatProblem), [
    '/nowhere/a.yaml: the file does not exist; create it or correct the path',
  ]);
  assert.deepEqual(await loadInspectorConfig({ flags: {}, env: {} }), { ok: true, value: defaults, warnings: [] });
});

test('an aborted load rejects with the reason', async () => {
  const reason = new Error('enough');
  await assert.rejects(loadInspectorConfig({ file, flags: {}, env: {}, signal: AbortSignal.abort(reason) }), reason);
});

test('a document with a key that only an inspector.yaml has looks like one', () => {
  assert.deepEqual(
    [{ libvirt: 1 }, { insecure: 1, lisen: 2 }, { listen: 1 }, { inspectors: 1 }, null, []].map(isInspectorConfig),
    [true, true, false, false, false, false],
  );
});

test('nothing makes the parser throw', () => {
  const part = fc.constantFrom(
    'listen',
    'tls',
    'libvirt',
    ': ',
    '\n',
    '  ',
    '[',
    ']',
    '{',
    '}',
    '127.0.0.1:1',
    'unix:',
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
      const origin = { file, flags: { listen: flag }, env: { NEPHOMETER_LIBVIRT_URI: flag } };
      const parsed = parseInspectorConfig(source, origin);
      if (!parsed.ok) assert.ok(parsed.problems.length > 0);
    }),
    { numRuns: 1000 },
  );
});
