/** Proves that the API's guards see what they are there for. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const proto = fileURLToPath(new URL('../proto', import.meta.url));

const STATISTICS = 'nephometer/inspector/v1/statistics.proto';

/** Runs buf on a copy of the API in which one text is replaced. */
async function bufOnEdited(before: string, after: string, ...args: string[]): Promise<{ status: number; out: string }> {
  const copy = await mkdtemp(join(tmpdir(), 'nephometer-proto-'));
  try {
    await cp(proto, copy, { recursive: true });
    const text = await readFile(join(copy, STATISTICS), 'utf8');
    assert.ok(text.includes(before), `${STATISTICS} has no ${before}`);
    await writeFile(join(copy, STATISTICS), text.replace(before, after));
    const { status, stdout, stderr } = spawnSync('buf', [...args, copy], { encoding: 'utf8' });
    return { status: status ?? -1, out: stdout + stderr };
  } finally {
    await rm(copy, { recursive: true });
  }
}

test('the API as it stands passes lint and is compatible with itself', async () => {
  const same = 'syntax = "proto3";';
  assert.equal((await bufOnEdited(same, same, 'lint')).status, 0);
  assert.equal((await bufOnEdited(same, same, 'breaking', '--against', proto)).status, 0);
});

test('a field without a comment is refused', async () => {
  const { status, out } = await bufOnEdited('  // Total CPU time in nanoseconds.\n', '', 'lint');
  assert.notEqual(status, 0);
  assert.match(out, /"time_ns" should have a non-empty comment/);
});

test('a removed field and a changed type are refused', async () => {
  for (const after of ['', 'optional int32 time_ns = 1;']) {
    const { status, out } = await bufOnEdited('optional uint64 time_ns = 1;', after, 'breaking', '--against', proto);
    assert.notEqual(status, 0);
    assert.match(out, /time_ns/);
  }
});
