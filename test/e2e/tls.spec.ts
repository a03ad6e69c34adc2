/** Certificates on both sides, from the configuration files of both apps. */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { createCertificates, temporaryDirectory } from '@nephometer/test-kit';
import { readSamples } from './samples-file.ts';
import { startApp, startInspector, writeCoordinatorFiles } from './services.ts';

test('a coordinator whose certificate is allowed polls; another one is refused and says so', async () => {
  await using directory = await temporaryDirectory();
  await createCertificates(directory.path, {
    inspector: 'DNS:localhost,IP:127.0.0.1',
    coordinator: 'DNS:coordinator.example.org',
    stranger: 'DNS:stranger.example.org',
  });
  const inspectorFile = join(directory.path, 'inspector.yaml');
  await writeFile(
    inspectorFile,
    'hypervisor: simulated\nlisten: 127.0.0.1:0\n' +
      'tls: {ca: ca.pem, cert: inspector.pem, key: inspector.key, allow: [coordinator.example.org]}\n',
  );
  await using inspector = await startInspector('--config', inspectorFile);

  for (const [name, expectedCode] of [
    ['coordinator', 0],
    ['stranger', 1],
  ] as const) {
    const extra = `tls: {ca: ca.pem, cert: ${name}.pem, key: ${name}.key}\n`;
    const config = await writeCoordinatorFiles(directory.path, { targets: [inspector.target], extra });
    const before = (await readSamples(directory.path)).length;
    await using coordinator = await startApp('coordinator', '--config', config, '--once');
    assert.equal((await coordinator.exit).code, expectedCode, coordinator.lines('stderr').join('\n'));
    const after = (await readSamples(directory.path)).length;
    if (expectedCode === 0) assert.ok(after > before);
    else {
      assert.equal(after, before);
      const warning = coordinator.jsonLines('stderr').find(({ msg }) => msg === 'host cannot be polled');
      assert.equal(warning?.['code'], 'refused');
    }
  }
});

test('certificates that are none: exit code 2, and the files are named', async () => {
  await using directory = await temporaryDirectory();
  for (const name of ['ca', 'c', 'k']) await writeFile(join(directory.path, `${name}.pem`), 'junk');
  const extra = 'tls: {ca: ca.pem, cert: c.pem, key: k.pem}\n';
  const config = await writeCoordinatorFiles(directory.path, { targets: ['127.0.0.1:1'], extra });
  await using coordinator = await startApp('coordinator', '--config', config, '--once');
  assert.equal((await coordinator.exit).code, 2);
  assert.match(coordinator.lines('stderr').join('\n'), /tls: .*ca\.pem.*cannot be used/);
});
