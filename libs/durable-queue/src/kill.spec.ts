import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { temporaryDirectory } from './example.ts';
import { QueueFile } from './file/queue-file.ts';
import { QueueError } from './queue-error.ts';
import { assertAddsUp, assertGenuine, readAll, unexpected } from './repair/damaged-files.ts';

const program = fileURLToPath(new URL('testdata/append-for-ever.ts', import.meta.url));

/** Lets the program work until it has said so many lines, and kills it in whatever it does then. */
async function workAndKill(path: string, lines: number): Promise<string[]> {
  const child = spawn(process.execPath, [program, path], { stdio: ['ignore', 'pipe', 'inherit'] });
  const said: string[] = [];
  for await (const line of createInterface(child.stdout)) {
    said.push(line);
    if (said.length === lines) child.kill('SIGKILL');
  }
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  assert.equal(child.signalCode, 'SIGKILL');
  return said;
}

test('what a process has committed before it is killed is there, and the counters add up, 8 times', async () => {
  using directory = temporaryDirectory();
  const path = join(directory.path, 'q.db');
  let appended = 0;
  let removed = 0;
  for (let round = 1; round <= 8; round += 1) {
    for (const line of await workAndKill(path, 5 * round)) {
      if (line.startsWith('+')) appended = Number(line.slice(1));
      else removed = Number(line.slice(1));
    }
    const queue = new QueueFile(path, unexpected);
    const rows = readAll(queue);
    assertGenuine(rows);
    assertAddsUp(queue);
    const { firstSeq = 0, lastSeq, counts } = queue.state;
    assert.equal(counts['polled'], lastSeq);
    assert.deepEqual(
      rows.map(({ seq }) => seq),
      Array.from({ length: lastSeq - firstSeq + 1 }, (_, index) => firstSeq + index),
    );
    // The process may have committed more than it could say, but not two commits more.
    assert.ok(lastSeq >= appended && lastSeq <= appended + 3, `${lastSeq} after ${appended}`);
    assert.ok(firstSeq - 1 >= removed && firstSeq - 1 <= removed + 1, `${firstSeq} after ${removed}`);
    queue.close();
  }
});

test('the owner of a queue is known while it lives, and nobody is when it was killed', async () => {
  using directory = temporaryDirectory();
  const path = join(directory.path, 'q.db');
  const child = spawn(process.execPath, [program, path], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(child.stdout, 'data');
  assert.throws(
    () => new QueueFile(path, unexpected),
    (error) => error instanceof QueueError && error.code === 'locked' && error.message.includes(`process ${child.pid}`),
  );
  child.kill('SIGKILL');
  await once(child, 'exit');
  new QueueFile(path, unexpected).close();
});
