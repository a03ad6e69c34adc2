import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startKafka } from './kafka.ts';
import { runCommand } from './run-command.ts';

test('What one client produces is read back by partition, with keys and headers', async () => {
  await using kafka = await startKafka(2);
  assert.equal(kafka.brokers.length, 2);
  await kafka.createTopic('t', 1);
  const to = ['-P', '-b', kafka.brokers.join(), '-t', 't', '-K:', '-H', 'a=b'];
  await runCommand('kcat', to, { input: 'k1:{"x":1}\nk2:é\n' });
  assert.deepEqual(await kafka.records('t'), [
    { partition: 0, offset: 0, key: 'k1', payload: '{"x":1}', headers: { a: 'b' } },
    { partition: 0, offset: 1, key: 'k2', payload: 'é', headers: { a: 'b' } },
  ]);
});

test('What the cluster does not do is an error, and it ends with its scope', async () => {
  const kafka = await startKafka();
  await kafka.createTopic('t', 1);
  await assert.rejects(kafka.createTopic('t', 1), /topic failed/);
  await kafka[Symbol.asyncDispose]();
  assert.throws(() => process.kill(kafka.pid, 0), { code: 'ESRCH' });
});
