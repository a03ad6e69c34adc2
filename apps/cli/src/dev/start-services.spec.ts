import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { temporaryDirectory } from '@nephometer/test-kit';
import { CliError } from '../cli-error.ts';
import { startInspector } from './start-services.ts';
import type { StartSettings } from './start-services.ts';

function settingsIn(directory: string, more: Partial<StartSettings>): StartSettings {
  return {
    directory,
    choice: 'auto',
    intervalS: 1,
    simulatedInstances: 1,
    socketDirectory: directory,
    onLog: () => undefined,
    signal: new AbortController().signal,
    ...more,
  };
}

test('without the hypervisor that was asked for, it fails and says why', async () => {
  await using directory = await temporaryDirectory();
  const { path } = directory;
  await assert.rejects(
    startInspector(settingsIn(path, { choice: 'libvirt' })),
    (error) =>
      error instanceof CliError &&
      error.code === 'start-failed' &&
      error.message === `no hypervisor to look at: this machine runs no libvirt (no socket in ${path})`,
  );
});

test('a libvirt that takes connections and does not answer is given up for the next hypervisor', async () => {
  await using directory = await temporaryDirectory();
  const socket = join(directory.path, 'libvirt-sock-ro');
  await using server = createServer((connection) => connection.destroy());
  server.listen(socket);
  await once(server, 'listening');

  const started = await startInspector(settingsIn(directory.path, { answerLimitMs: 500 }));
  await using _ = started.candidate;
  const { inspector, source, host } = started;
  await inspector.stop();
  assert.notEqual(host, '');
  assert.match(source, /^a libvirtd of our own with libvirt's test driver, because the libvirt of this machine/);
  assert.ok(source.includes(`(${socket}) does not answer (inspector `), source);
});
