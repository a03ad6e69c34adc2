import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runCommand } from './run-command.ts';
import { startPostgres } from './start-postgres.ts';

test('A PostgreSQL answers, and has what was committed after it was stopped', async () => {
  await using postgres = await startPostgres();
  await postgres.psql('CREATE TABLE t (a int, b text); INSERT INTO t VALUES (1, $$x$$), (2, $$y$$)');
  await postgres.stop();
  await assert.rejects(postgres.psql('SELECT 1'), /psql/);
  await postgres.start();
  assert.equal(await postgres.psql('SELECT * FROM t ORDER BY a'), '1|x\n2|y');
});

test('A password is asked for if there is one', async () => {
  await using postgres = await startPostgres({ password: 'p@ss/word', settings: { max_connections: '12' } });
  assert.equal(await postgres.psql('SHOW max_connections'), '12');
  const wrong = postgres.url().replace(encodeURIComponent('p@ss/word'), 'other');
  await assert.rejects(runCommand('psql', ['-d', wrong, '-c', 'SELECT 1']), /password authentication failed/);
});

test('A setting that is none is told with what the server wrote', async () => {
  await assert.rejects(startPostgres({ settings: { no_such_setting: '1' } }), /no_such_setting/);
});
