import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { temporaryDirectory } from './temporary-directory.ts';

test('it goes away with what was put into it', async () => {
  let path: string;
  {
    await using directory = await temporaryDirectory();
    path = directory.path;
    await mkdir(join(path, 'sub'));
    await writeFile(join(path, 'sub', 'file'), 'text');
    assert.ok(existsSync(path));
  }
  assert.ok(!existsSync(path));
});
