import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { temporaryDirectory } from './example.ts';

test('when the system refuses to write, a commit fails whole, and a later one succeeds', async () => {
  using directory = temporaryDirectory();
  const program = fileURLToPath(new URL('testdata/outgrow-a-limit.ts', import.meta.url));
  const script = 'ulimit -S -f 4096 && trap "" XFSZ && exec "$@"';
  const command = ['-c', script, 'sh', process.execPath, program, join(directory.path, 'q.db')];
  const child = spawn('sh', command, { stdio: ['pipe', 'pipe', 'inherit'] });
  const exit = once(child, 'exit');
  const [said] = (await Promise.race([once(child.stdout, 'data'), exit])) as unknown[];
  assert.equal(String(said), 'refused\n');
  const { status, stderr } = spawnSync('prlimit', [`--pid=${child.pid}`, '--fsize=unlimited'], { encoding: 'utf8' });
  assert.equal(status, 0, stderr);
  child.stdin.write('\n');
  assert.deepEqual(await exit, [0, null]);
});
