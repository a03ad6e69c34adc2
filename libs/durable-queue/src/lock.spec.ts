import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { statSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { temporaryDirectory } from './example.ts';
import { findLockOwner, holdLock } from './lock.ts';

const module = JSON.stringify(new URL('lock.ts', import.meta.url).href);

/** What another process gets when it wants the lock. */
function otherProcess(path: string): string {
  const script = `
    import { holdLock } from ${module};
    try { holdLock(${JSON.stringify(path)}); console.log('held'); } catch (error) { console.log(error.code, error.message); }`;
  return spawnSync(process.execPath, ['--input-type=module', '--eval', script], { encoding: 'utf8' }).stdout.trim();
}

test('a lock has one holder, whom others are told', () => {
  using directory = temporaryDirectory();
  const path = join(directory.path, 'state', 'lock');
  assert.equal(findLockOwner(path), undefined);
  const lock = holdLock(path);
  assert.throws(() => holdLock(path), {
    name: 'QueueError',
    code: 'locked',
    message: `${path} is in use by this process`,
  });
  assert.equal(otherProcess(path), `locked ${path} is in use by process ${process.pid} on ${hostname()}`);
  assert.deepEqual(findLockOwner(path), { pid: process.pid, host: hostname() });
  lock.release();
  lock.release();
  assert.equal(findLockOwner(path), undefined);
  assert.equal(otherProcess(path), 'held');
  holdLock(path).release();
  assert.equal(statSync(path).mode & 0o777, 0o600);
});

test("a lock file that a power cut has spoiled is nobody's, and made anew", () => {
  using directory = temporaryDirectory();
  const path = join(directory.path, 'lock');
  for (const content of ['no lock'.repeat(1000), new Uint8Array(8192)]) {
    writeFileSync(path, content);
    assert.equal(findLockOwner(path), undefined);
    const lock = holdLock(path);
    assert.deepEqual(findLockOwner(path), { pid: process.pid, host: hostname() });
    lock.release();
  }
  assert.throws(() => holdLock(join(path, 'below')), { name: 'QueueError', code: 'cannot_open' });
});

test('while a lock is free something can be done that nobody who takes it gets in the way of', () => {
  using directory = temporaryDirectory();
  const path = join(directory.path, 'lock');
  holdLock(path).release();
  let seen: unknown;
  findLockOwner(path, () => {
    assert.throws(() => holdLock(path), { code: 'locked' });
    seen = 'free';
  });
  assert.equal(seen, 'free');
  const lock = holdLock(path);
  findLockOwner(path, () => assert.fail('it is taken'));
  lock.release();
});
