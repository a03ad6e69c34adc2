/** Wrong files, taken ports, hosts that are away: the message, the exit code, and nothing left behind. */
import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { freePort, temporaryDirectory } from '@nephometer/test-kit';
import { readSamples } from './samples-file.ts';
import { startApp, startInspector, writeCoordinatorFiles } from './services.ts';
import type { CoordinatorFiles } from './services.ts';

const file = 'sinks: [{name: file, publishers: ["file:///dev/null?json"]}]\n';

/** [what, the files, what stderr must say] */
const wrongFiles: readonly [string, Partial<CoordinatorFiles>, RegExp[]][] = [
  [
    'an unknown key',
    { extra: 'samle_source: x\n' },
    [/coordinator\.yaml:4: samle_source: .*did you mean "sample_source"\?/],
  ],
  [
    'a dangling sink',
    { pipeline: `sources:\n  - name: a\n    meters: ["*"]\n    sinks: [flie]\n${file}` },
    [/pipeline\.yaml:4: sources\[0\]\.sinks\[0\]: Dangling sink flie from source a/],
  ],
  [
    'meters both included and excluded',
    { polling: 'sources:\n  - name: a\n    interval: 60\n    meters: [cpu, "!disk.*"]\n' },
    [/polling\.yaml:4: sources\[0\]\.meters: Both included and excluded meters specified/],
  ],
  [
    'problems of several files at once',
    {
      polling: 'sources:\n  - name: a\n    interval: soon\n    meters: ["*"]\n',
      pipeline: `sources:\n  - {name: a, meters: ["*"], sinks: [file]}\nsinks:\n  - {name: file, publishers: ["flie:///x"]}\n`,
    },
    [/polling\.yaml:3: .*Invalid interval value/, /pipeline\.yaml:4: .*no publisher for "flie"/],
  ],
  [
    'options of publishers, in a URL and in a mapping, of the delivery and of the publisher, and other problems beside them',
    {
      polling: 'sources:\n  - {name: a, interval: 60, meters: ["*"], discovery: [local_instance]}\n',
      pipeline:
        'sources:\n  - {name: a, meters: ["*"], sinks: [out]}\nsinks:\n  - name: out\n    publishers:\n' +
        '      - file:///x?jsno\n' +
        '      - url: http://h/\n        batch_szie: 5\n        queue_age: soon\n        timeout: -1\n' +
        '      - {url: flie:///x, queue: ram}\n',
    },
    [
      /pipeline\.yaml:6: sinks\[0\]\.publishers\[0\]: there is no option "jsno"; .*did you mean "json"\?/,
      /pipeline\.yaml:8: sinks\[0\]\.publishers\[1\]\.batch_szie: .*did you mean "batch_size"\?/,
      /pipeline\.yaml:9: sinks\[0\]\.publishers\[1\]\.queue_age: queue_age=soon: not a time; write seconds/,
      /pipeline\.yaml:10: sinks\[0\]\.publishers\[1\]\.timeout: timeout is "-1"/,
      /pipeline\.yaml:11: sinks\[0\]\.publishers\[2\]\.queue: queue=ram: there is no such queue; write "disk" or "memory"/,
      /pipeline\.yaml:11: sinks\[0\]\.publishers\[2\]: there is no publisher for "flie"; .*did you mean "file"\?/,
      /no discovery is named "local_instance"; did you mean "local_instances"\?/,
    ],
  ],
  [
    'a notifier:// without a host, and no transport_url',
    { pipeline: `sources: [{name: a, meters: ["*"], sinks: [n]}]\nsinks: [{name: n, publishers: ["notifier://"]}]\n` },
    [/pipeline\.yaml:2: sinks\[0\]\.publishers\[0\]: it names no RabbitMQ: set transport_url in coordinator\.yaml/],
  ],
  [
    'a publisher whose own file is wrong',
    {
      pipeline:
        'sources: [{name: a, meters: ["*"], sinks: [g]}]\n' +
        'sinks: [{name: g, publishers: ["gnocchi://u:@h:1?resources_definition_file=polling.yaml"]}]\n',
    },
    [/pipeline\.yaml:2: sinks\[0\]\.publishers\[0\]: gnocchi:.* cannot be made: .*polling\.yaml/],
  ],
  [
    'certificates of OpenStack that are none',
    { extra: 'openstack: {auth_url: "https://127.0.0.1:1/v3", token: t, project_name: p, ca: polling.yaml}\n' },
    [/openstack: .*polling\.yaml cannot be used: expected a file of PEM certificates to trust/],
  ],
  [
    'a discovery that nobody has',
    { polling: 'sources:\n  - {name: a, interval: 60, meters: ["*"], discovery: [local_instance]}\n' },
    [/no discovery is named "local_instance"; did you mean "local_instances"\?/],
  ],
];

for (const [what, files, messages] of wrongFiles) {
  test(`${what}: exit code 2, and nothing is started`, async () => {
    await using directory = await temporaryDirectory();
    const config = await writeCoordinatorFiles(directory.path, { targets: ['127.0.0.1:1'], ...files });
    const before = await readdir(directory.path);
    await using coordinator = await startApp('coordinator', '--config', config, '--once');
    assert.deepEqual(await coordinator.exit, { code: 2, signal: null });
    const said = coordinator.lines('stderr').join('\n');
    for (const message of messages) assert.match(said, message);
    assert.doesNotMatch(said, /"msg"/, 'no log line: nothing was started');
    assert.deepEqual(await readdir(directory.path), before);
  });
}

test('an inspector that is down: exit code 1, named in the summary, the other host is published', async () => {
  const down = `127.0.0.1:${await freePort()}`;
  await using inspector = await startInspector('--listen', '127.0.0.1:0', '--hypervisor', 'simulated');
  await using directory = await temporaryDirectory();
  const config = await writeCoordinatorFiles(directory.path, { targets: [down, inspector.target] });
  await using coordinator = await startApp('coordinator', '--config', config, '--once');
  assert.deepEqual(await coordinator.exit, { code: 1, signal: null });
  const summary = coordinator.jsonLines('stderr').find(({ msg }) => msg === 'done, with failures');
  const { polled, failed } = summary?.['hosts'] as { polled: number; failed: Record<string, string> };
  assert.equal(polled, 1);
  assert.match(failed[down] ?? '', /cannot be reached/);
  assert.ok((await readSamples(directory.path)).length > 0);
});

test('a publisher that cannot write: exit code 1, and the summary counts what was lost', async () => {
  await using inspector = await startInspector('--listen', '127.0.0.1:0', '--hypervisor', 'simulated');
  await using directory = await temporaryDirectory();
  const pipeline =
    'sources: [{name: a, meters: ["*"], sinks: [full]}]\nsinks: [{name: full, publishers: ["file:///dev/full?json"]}]\n';
  const config = await writeCoordinatorFiles(directory.path, { targets: [inspector.target], pipeline });
  await using coordinator = await startApp('coordinator', '--config', config, '--once');
  assert.deepEqual(await coordinator.exit, { code: 1, signal: null });
  const summary = coordinator.jsonLines('stderr').find(({ msg }) => msg === 'done, with failures');
  const [ledger] = summary?.['publishers'] as [{ polled: number; delivered: number; dropped: Record<string, number> }];
  assert.ok(ledger.polled > 0);
  assert.equal(ledger.delivered, 0);
  assert.equal(ledger.dropped['closed'], ledger.polled);
});

test('a port in use: exit code 1, and the message names the address', async () => {
  const taken = createServer();
  await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
  const address = `127.0.0.1:${(taken.address() as AddressInfo).port}`;
  try {
    for (const flag of ['--listen', '--http']) {
      const listen = flag === '--http' ? ['--listen', '127.0.0.1:0'] : [];
      await using inspector = await startApp('inspector', '--hypervisor', 'simulated', ...listen, flag, address);
      assert.deepEqual(await inspector.exit, { code: 1, signal: null });
      assert.match(inspector.lines('stderr').join('\n'), new RegExp(`${address}.*in use`));
    }
    await using directory = await temporaryDirectory();
    const extra = `http: ${address}\n`;
    const config = await writeCoordinatorFiles(directory.path, { targets: ['127.0.0.1:1'], extra });
    await using coordinator = await startApp('coordinator', '--config', config);
    assert.deepEqual(await coordinator.exit, { code: 1, signal: null });
    assert.match(coordinator.lines('stderr').join('\n'), new RegExp(`${address}.*in use`));
  } finally {
    taken.close();
  }
});

test('a libvirt URI that is out of scope: exit code 2', async () => {
  await using inspector = await startApp('inspector', '--libvirt-uri', 'qemu+ssh://elsewhere/system');
  assert.deepEqual(await inspector.exit, { code: 2, signal: null });
  assert.match(inspector.lines('stderr').join('\n'), /ssh/);
});

test('a libvirt that nobody serves: the inspector runs and says what to do, a cycle fails with the reason', async () => {
  await using directory = await temporaryDirectory();
  const uri = `qemu+unix:///system?socket=${directory.path}/nobody.sock`;
  await using inspector = await startInspector('--listen', '127.0.0.1:0', '--libvirt-uri', uri);
  const config = await writeCoordinatorFiles(directory.path, { targets: [inspector.target] });
  await using coordinator = await startApp('coordinator', '--config', config, '--once');
  assert.deepEqual(await coordinator.exit, { code: 1, signal: null });
  const warning = coordinator.jsonLines('stderr').find(({ msg }) => msg === 'host cannot be polled');
  assert.equal(warning?.['code'], 'hypervisor-unavailable');
  assert.match(inspector.process.lines('stderr').join('\n'), /nobody\.sock/);
  inspector.process.kill('SIGTERM');
  assert.deepEqual(await inspector.process.exit, { code: 0, signal: null });
});
