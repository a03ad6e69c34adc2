import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runCommand } from './run-command.ts';

test('it gives what the program wrote, after handing it the input', async () => {
  assert.equal(await runCommand('tr', ['a-z', 'A-Z'], { input: 'loud\n' }), 'LOUD\n');
});

test('a failure names the command and says what it said', async () => {
  await assert.rejects(runCommand('sh', ['-c', 'echo because >&2; exit 3']), /^Error: sh -c .*: because$/);
  await assert.rejects(runCommand('/no/such/program', []), /^Error: \/no\/such\/program: .*ENOENT/);
});

test('an abort kills the program and rejects with the reason', async () => {
  const controller = new AbortController();
  const reason = new Error('enough');
  const running = runCommand('cat', ['/dev/zero'], { signal: controller.signal });
  controller.abort(reason);
  await assert.rejects(running, reason);
  await assert.rejects(runCommand('true', [], { signal: controller.signal }), reason);
});
