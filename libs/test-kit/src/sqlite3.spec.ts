import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { sqlite3 } from './sqlite3.ts';
import { temporaryDirectory } from './temporary-directory.ts';

test('SQL gives rows, and what fails is told', async () => {
  await using directory = await temporaryDirectory();
  const path = join(directory.path, 'a.db');
  assert.equal(await sqlite3(path, `CREATE TABLE t (a, b); INSERT INTO t VALUES (1, 'x'), (2, 'y')`), '');
  assert.equal(await sqlite3(path, 'SELECT * FROM t'), '1|x\n2|y');
  await assert.rejects(sqlite3(path, 'SELECT * FROM none'), /no such table: none/);
});
