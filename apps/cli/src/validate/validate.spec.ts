import assert from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { startProcess, temporaryDirectory } from '@nephometer/test-kit';

const main = fileURLToPath(new URL('../main.ts', import.meta.url));

const polling = `sources:
  - name: all
    interval: 30
    meters: [cpu, "memory*"]
`;
const pipeline = `sources:
  - name: all
    meters: ["*"]
    sinks: [out]
sinks:
  - name: out
    publishers: ["console://?json"]
`;
const coordinator = `polling_file: polling.yaml
pipeline_file: pipeline.yaml
inspectors:
  - targets: [127.0.0.1:7750]
state_dir: /var/lib/nephometer
`;

/** Writes files, validates those named, and gives exit code and lines of output. */
async function validate(
  files: Readonly<Record<string, string>>,
  ...names: readonly string[]
): Promise<[number | null, string[]]> {
  await using directory = await temporaryDirectory();
  for (const [name, text] of Object.entries(files)) {
    const path = join(directory.path, name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text);
  }
  await using command = await startProcess(process.execPath, [main, 'validate', ...names], { cwd: directory.path });
  const { code } = await command.exit;
  assert.deepEqual(command.lines('stderr'), []);
  return [code, [...command.lines('stdout')]];
}

test('good files of all kinds are summed up in a line each', async () => {
  const files = {
    'polling.yaml': polling,
    'pipeline.yaml': pipeline,
    'coordinator.yaml': coordinator,
    'inspector.yaml': 'hypervisor: simulated\nlisten: 127.0.0.1:7750\n',
  };
  assert.deepEqual(await validate(files, 'polling.yaml', 'pipeline.yaml', 'coordinator.yaml', 'inspector.yaml'), [
    0,
    [
      'polling.yaml: fine (polling with 1 source, 7 meters, every 30 s)',
      'pipeline.yaml: fine (pipeline with 1 source, 1 sink, to console://?json)',
      'coordinator.yaml: fine (coordinator with 1 inspector, state in /var/lib/nephometer)',
      'inspector.yaml: fine (inspector with 10 simulated instances, listens on 127.0.0.1:7750)',
    ],
  ]);
});

test('every problem of every file is named with its line, in the order of the files', async () => {
  const files = {
    'p1.yaml': 'sources:\n  - name: a\n    interval: 0\n    meters: cpu\n',
    'p2.yaml': pipeline.replace('console://?json', 'consol://').replace('"*"', 'cpu, "!memory"'),
  };
  const [code, lines] = await validate(files, 'p1.yaml', 'p2.yaml', 'gone.yaml');
  assert.equal(code, 2);
  assert.match(lines[0] ?? '', /^p1\.yaml:3: sources\[0\]\.interval: Interval value should > 0/);
  assert.match(lines[1] ?? '', /^p1\.yaml:4: sources\[0\]\.meters: /);
  assert.equal(lines[2], 'p1.yaml: 2 problems (polling)');
  assert.match(lines[3] ?? '', /^p2\.yaml:3: sources\[0\]\.meters.*: Both included and excluded meters specified/);
  assert.match(lines.at(-1) ?? '', /^gone\.yaml: 1 problem$/);
  assert.match(lines.at(-2) ?? '', /^gone\.yaml: the file does not exist/);
});

test('a publisher that does not exist, and one with wrong options, are problems', async () => {
  const [code, lines] = await validate(
    { 'pipeline.yaml': pipeline.replace('["console://?json"]', '["consol://", "file:///tmp/x?max_bytes=lots"]') },
    'pipeline.yaml',
  );
  assert.equal(code, 2);
  assert.match(lines[0] ?? '', /^pipeline\.yaml:7: sinks\[0\]\.publishers\[0\]: there is no publisher for "consol"/);
  assert.match(lines[1] ?? '', /^pipeline\.yaml:7: sinks\[0\]\.publishers\[1\]: .*max_bytes/);
});

test('a meter that nobody knows, a discovery that nobody offers', async () => {
  const text = polling.replace('cpu,', 'cpuu,') + '    discovery: [local_instance]\n';
  const [code, lines] = await validate({ 'polling.yaml': text }, 'polling.yaml');
  assert.deepEqual(lines, [
    'polling.yaml:4: sources[0].meters[0]: warning: no meter is named "cpuu"; did you mean "cpu"?',
    'polling.yaml:5: sources[0].discovery[0]: no discovery is named "local_instance"; did you mean "local_instances"?',
    'polling.yaml: 1 problem, 1 warning (polling)',
  ]);
  assert.equal(code, 2);
});

test('warnings alone are exit code 0', async () => {
  const [code, lines] = await validate({ 'polling.yaml': polling.replace('cpu,', 'cpu, cpuu,') }, 'polling.yaml');
  assert.match(lines.at(-1) ?? '', /^polling\.yaml: fine, 1 warning \(polling with 1 source, 7 meters, every 30 s\)$/);
  assert.equal(code, 0);
});

test('a file that is none of ours: it says what ours look like', async () => {
  const [code, lines] = await validate({ 'x.yaml': 'version: 3\nservices: {}\n' }, 'x.yaml');
  assert.match(lines[0] ?? '', /^x\.yaml:1: this is none of our files: a polling file has "sources".*"hypervisor"/);
  assert.equal(code, 2);
});

const noYaml: readonly [what: string, text: string, message: RegExp][] = [
  ['bad YAML', 'sources: [\n  a: {\n', /^f\.yaml:\d+: not valid YAML/],
  ['an empty file', '', /^f\.yaml:1: the file is empty/],
  ['a control character in a key', '"a\\e[2J": 1\n', /^f\.yaml:1: this is none of our files/],
];

for (const [what, text, message] of noYaml) {
  test(`${what} is a problem with a place`, async () => {
    const [code, lines] = await validate({ 'f.yaml': text }, 'f.yaml');
    assert.match(lines[0] ?? '', message);
    assert.equal(code, 2);
  });
}

test('a coordinator file pulls in the files it names, relative to itself', async () => {
  const files = {
    'etc/coordinator.yaml': coordinator,
    'etc/polling.yaml': polling.replace('interval: 30', 'intervall: 30'),
    'etc/pipeline.yaml': pipeline,
  };
  const [code, lines] = await validate(files, 'etc/coordinator.yaml');
  assert.equal(code, 2);
  assert.match(lines.join('\n'), /^etc\/polling\.yaml:3: .*"intervall".*did you mean "interval"/m);
  assert.match(lines.join('\n'), /^etc\/pipeline\.yaml: fine/m);
  assert.match(lines.join('\n'), /^etc\/coordinator\.yaml: fine/m);
});

test('also where the coordinator file is faulty itself, and where a file is missing', async () => {
  const files = { 'coordinator.yaml': coordinator.replace('state_dir:', 'state_dri:'), 'polling.yaml': polling };
  const [code, lines] = await validate(files, 'coordinator.yaml');
  assert.equal(code, 2);
  assert.match(lines.join('\n'), /^coordinator\.yaml:5: .*state_dri.*did you mean "state_dir"/m);
  assert.match(lines.join('\n'), /^polling\.yaml: fine/m);
  assert.match(lines.join('\n'), /^pipeline\.yaml: the file does not exist/m);
});

test('files that do not fit together are told apart from files that are wrong', async () => {
  const narrow = pipeline.replace('"*"', '"memory*"');
  const files = { 'coordinator.yaml': coordinator, 'polling.yaml': polling, 'pipeline.yaml': narrow };
  assert.deepEqual(await validate(files, 'coordinator.yaml'), [
    0,
    [
      'coordinator.yaml: fine (coordinator with 1 inspector, state in /var/lib/nephometer)',
      'polling.yaml: sources: warning: polled, but no source of the pipeline takes them, so they go nowhere: cpu',
      'polling.yaml: fine, 1 warning (polling with 1 source, 7 meters, every 30 s)',
      'pipeline.yaml: fine (pipeline with 1 source, 1 sink, to console://?json)',
    ],
  ]);

  const nothing = { ...files, 'polling.yaml': polling.replace('cpu, "memory*"', 'nothing') };
  const [code, lines] = await validate(nothing, 'coordinator.yaml');
  assert.equal(code, 2);
  assert.match(lines.join('\n'), /^polling\.yaml: sources: .*there is nothing to poll$/m);
});

test('a pipeline file in the place of a polling file is a problem of the coordinator file', async () => {
  const files = { 'coordinator.yaml': coordinator.replace('polling.yaml', 'pipeline.yaml'), 'pipeline.yaml': pipeline };
  const [code, lines] = await validate(files, 'coordinator.yaml');
  assert.equal(code, 2);
  assert.match(
    lines.join('\n'),
    /^coordinator\.yaml: polling_file: pipeline\.yaml is a pipeline file; name a polling file here$/m,
  );
});

test('a coordinator file without a polling file lets the pipeline file say what is polled', async () => {
  const files = {
    'coordinator.yaml': coordinator.replace('polling_file: polling.yaml\n', ''),
    'pipeline.yaml': pipeline.replace('    sinks: [out]', '    interval: 60\n    sinks: [out]'),
  };
  const [code, lines] = await validate(files, 'coordinator.yaml', 'pipeline.yaml');
  assert.equal(code, 0, lines.join('\n'));
  assert.equal(lines.length, 2);
  // Beside a polling file the same key does nothing.
  const both = { ...files, 'coordinator.yaml': coordinator, 'polling.yaml': polling };
  const [, warned] = await validate(both, 'pipeline.yaml', 'coordinator.yaml');
  assert.match(warned.join('\n'), /^pipeline\.yaml:4: sources\[0\]\.interval: warning: /m);
});

test('the pipeline file that Ceilometer shipped in 2015 is fine, as it is, where the coordinator file has a transport_url', async () => {
  const shipped = new URL('../../../../libs/pipeline-config/testdata/pipeline-2015.yaml', import.meta.url);
  const text = await readFile(shipped, 'utf8');
  const without = coordinator.replace('polling_file: polling.yaml\n', 'compat: 2015\n');
  const files = {
    'pipeline.yaml': text,
    'without.yaml': without,
    'with.yaml': `${without}transport_url: rabbit://openstack:hidden@rabbit.example.org:5672/\n`,
  };
  const [code, lines] = await validate(files, 'with.yaml');
  assert.equal(code, 0, lines.join('\n'));
  assert.doesNotMatch(lines.join('\n'), /hidden/);
  // Alone it cannot be known.
  assert.equal((await validate(files, 'pipeline.yaml'))[0], 0);

  const [refused, problems] = await validate(files, 'pipeline.yaml', 'without.yaml');
  assert.equal(refused, 2);
  const places = problems.filter((line) => /it names no RabbitMQ: set transport_url in coordinator\.yaml/.test(line));
  assert.deepEqual(
    places.map((line) => /^pipeline\.yaml:\d+: sinks\[\d\]\.publishers\[0\]/.exec(line)?.[0]),
    [42, 53, 62, 77, 92].map((line, sink) => `pipeline.yaml:${line}: sinks[${sink}].publishers[0]`),
  );
});
