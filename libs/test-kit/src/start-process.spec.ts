import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import { eventually } from './eventually.ts';
import { startProcess } from './start-process.ts';

test('what a program writes is captured by line and by output, and so is how it ended', async () => {
  await using shell = await startProcess('sh', [
    '-c',
    'echo one; echo "{\\"n\\": 2}"; echo "{no" ; echo three >&2; printf four; exit 5',
  ]);
  assert.deepEqual(await shell.exit, { code: 5, signal: null });
  assert.deepEqual(shell.lines('stdout'), ['one', '{"n": 2}', '{no', 'four']);
  assert.deepEqual(shell.lines('stderr'), ['three']);
  assert.deepEqual(shell.jsonLines('stdout'), [{ n: 2 }]);
});

test('a line can be waited for, whether it comes or has come', async () => {
  await using cat = await startProcess('cat', []);
  const waiting = cat.waitForLine((line) => line.startsWith('b'));
  cat.write('a1\nb2\nc3\n');
  assert.equal(await waiting, 'b2');
  assert.equal(await cat.waitForLine((line) => line.startsWith('a'), { from: 'stdout' }), 'a1');
  cat.endInput();
  assert.deepEqual(await cat.exit, { code: 0, signal: null });
});

test('waiting for a line that never comes fails with what came, when the program ends', async () => {
  await using shell = await startProcess('sh', ['-c', 'echo this was said; exit 4']);
  await assert.rejects(
    shell.waitForLine((line) => line === 'other'),
    /exit code 4.*\nthis was said$/s,
  );
  await assert.rejects(
    shell.waitForLine(() => true, { from: 'stderr' }),
    /ended/,
  );
});

test('waiting for a line can be aborted', async () => {
  await using cat = await startProcess('cat', []);
  const reason = new Error('enough');
  await assert.rejects(
    cat.waitForLine(() => true, { signal: AbortSignal.abort(reason) }),
    reason,
  );
  const controller = new AbortController();
  const waiting = cat.waitForLine(() => true, { signal: controller.signal });
  controller.abort(reason);
  await assert.rejects(waiting, reason);
});

test('environment and directory are those asked for', async () => {
  await using shell = await startProcess('sh', ['-c', 'echo "$WORD"; echo "${HOME-unset}"; pwd'], {
    env: { WORD: 'hello', HOME: undefined },
    cwd: '/',
  });
  await shell.exit;
  assert.deepEqual(shell.lines('stdout'), ['hello', 'unset', '/']);
});

test('leaving the scope kills it, even when it ignores requests', async () => {
  let pid: number;
  {
    await using stubborn = await startProcess('sh', [
      '-c',
      'trap "" TERM; echo ready; while :; do read -r _; done < /dev/zero',
    ]);
    await stubborn.waitForLine((line) => line === 'ready');
    stubborn.kill();
    pid = stubborn.pid;
    assert.ok(existsSync(`/proc/${pid}/exe`));
  }
  assert.ok(!existsSync(`/proc/${pid}/exe`));
});

test('leaving the scope does not wait for a grandchild that holds its outputs, and a group ends with it', async () => {
  const script = 'cat </dev/zero >/dev/null & echo $!; wait';
  const grandchild = async (ownGroup: boolean): Promise<number> => {
    await using shell = await startProcess('sh', ['-c', script], { ownGroup });
    return Number(await shell.waitForLine(() => true));
  };
  const survivor = await grandchild(false);
  assert.ok(existsSync(`/proc/${survivor}/exe`));
  process.kill(survivor, 'SIGKILL');
  const victim = await grandchild(true);
  await eventually(() => assert.ok(!existsSync(`/proc/${victim}/exe`)));
});

test('its signal kills it', async () => {
  const controller = new AbortController();
  await using cat = await startProcess('cat', [], { signal: controller.signal });
  controller.abort();
  assert.deepEqual(await cat.exit, { code: null, signal: 'SIGKILL' });
});

test('a program that cannot be started rejects', async () => {
  await assert.rejects(startProcess('/no/such/program', []), { code: 'ENOENT' });
});
