/** The commands as an operator runs them, while a coordinator has the queues open and when it has died. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { startHttpSink, startProcess } from '@nephometer/test-kit';
import { createSite, exampleReading } from './example.ts';

const main = fileURLToPath(new URL('../main.ts', import.meta.url));
const coordinatorMain = fileURLToPath(new URL('../../../coordinator/src/main.ts', import.meta.url));

interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

async function queue(...args: readonly string[]): Promise<Outcome> {
  await using command = await startProcess(process.execPath, [main, 'queue', ...args]);
  command.endInput();
  const { code } = await command.exit;
  return { code, stdout: command.lines('stdout').join('\n'), stderr: command.lines('stderr').join('\n') };
}

test('Beside a coordinator queues can be looked at and nothing else, until it has gone, however it went', async () => {
  await using sink = await startHttpSink({ respond: () => ({ status: 503 }) });
  const url = `${sink.origin}/samples`;
  await using site = await createSite(url);
  const path = await site.fill(url, exampleReading(1));
  await using coordinator = await startProcess(process.execPath, [coordinatorMain, '--config', site.config]);
  await coordinator.waitForLine((line) => line.includes('"msg":"ready"'));
  const config = ['--config', site.config];

  const seen = await queue('inspect', ...config);
  assert.equal(seen.code, 0, seen.stderr);
  assert.match(
    seen.stdout,
    new RegExp(`^ {2}owner {4}process ${coordinator.pid} on .*\n {2}waiting {2}4 samples`, 'm'),
  );
  for (const command of [
    ['drain', ...config, '--all'],
    ['replay', ...config, 'http', '--to', 'console'],
    ['drop', ...config, 'http', '--all', '--yes'],
    ['repair', ...config, 'http'],
  ]) {
    const { code, stdout, stderr } = await queue(...command);
    assert.deepEqual([code, stdout], [1, ''], command[0]);
    assert.match(stderr, new RegExp(`is in use by process ${coordinator.pid} on .*; stop the coordinator first`));
  }

  coordinator.kill('SIGKILL');
  await coordinator.exit;
  const late = await queue('drain', ...config, '--all', '--for', '1s');
  assert.equal(late.code, 1);
  assert.match(late.stderr, /0 samples sent, 4 samples left in the queue$/);
  const dropped = await queue('drop', ...config, 'http', '--all', '-y');
  assert.deepEqual([dropped.code, dropped.stdout], [0, `${url}: 4 samples dropped`]);
  assert.deepEqual(await site.ledger(path), { polled: 4, discarded: 4 });
});
