import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startPushgateway } from './pushgateway.ts';

test('A gateway shows what it is sent, and forgets it when it is stopped', async () => {
  await using gateway = await startPushgateway();
  const push = () => fetch(`http://127.0.0.1:${gateway.port}/metrics/job/a`, { method: 'POST', body: 'pushed 1\n' });
  assert.equal((await push()).status, 200);
  assert.match(await gateway.metrics(), /^pushed\{.*job="a"\} 1$/m);
  await gateway.stop();
  await gateway.stop();
  await assert.rejects(push());
  await gateway.start();
  assert.doesNotMatch(await gateway.metrics(), /^pushed/m);
});
