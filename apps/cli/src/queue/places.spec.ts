import assert from 'node:assert/strict';
import { chmod, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { test } from 'node:test';
import { createSite, exampleReading } from './example.ts';
import { choosePlaces, findPlaces, titleOf } from './places.ts';

const { signal } = new AbortController();
const env = {};

const one = 'http://user:secret@one.example:81/samples';
const two = 'http://two.example/samples';

test('Queues are those of the publishers, then what else is in the state directory', async () => {
  await using site = await createSite(one, `${two}?queue_age=1d`, 'console');
  const old = await site.fill('http://old.example/', exampleReading(1));
  const { all } = await findPlaces({ config: site.config, env, signal });
  assert.deepEqual(all.map(titleOf), ['http://user:***@one.example:81/samples', two, 'console://', old]);
  assert.deepEqual(
    all.flatMap(({ publisher }) => publisher ?? []).map(({ url, options }) => [url, options.queue, options.queueAgeMs]),
    [
      [one, 'disk', 7 * 86_400_000],
      [two, 'disk', 86_400_000],
      ['console://', 'memory', 7 * 86_400_000],
    ],
  );
  const alone = await findPlaces({ stateDir: site.stateDir, env, signal });
  assert.deepEqual(alone.all, [{ path: old }]);
});

test('A queue is named by its publisher, as it is shown or written, by a beginning, or by its file', async () => {
  await using site = await createSite(one, two, 'console');
  const old = await site.fill('http://old.example/', exampleReading(1));
  const elsewhere = join(site.directory, 'copy');
  await writeFile(elsewhere, '');
  const places = await findPlaces({ config: site.config, env, signal });
  const [first, second, third] = places.all;
  const cases: readonly [query: string, path: string | undefined][] = [
    [one, first?.path],
    ['http://user:***@one.example:81/samples', first?.path],
    [`${two}?batch_size=7`, second?.path],
    ['http://two', second?.path],
    ['console', third?.path],
    [old, old],
    [basename(old), old],
    ['http://old.example/', old],
    [elsewhere, elsewhere],
  ];
  for (const [query, path] of cases) assert.equal(choosePlaces([query], places)[0]?.path, path, query);
  assert.equal(choosePlaces([one, 'http://user'], places).length, 1);
  assert.equal(choosePlaces(['http://old.example/'], places)[0]?.formerUrl, 'http://old.example/');
});

test('A state directory that is misspelt is none in which nothing waits', async () => {
  await using site = await createSite(one);
  await site.fill(one, exampleReading(1));
  for (const stateDir of [`${site.stateDir}x`, join(site.stateDir, 'queues')]) {
    const message = new RegExp(`^there is no directory ${stateDir}/queues: `);
    await assert.rejects(findPlaces({ stateDir, env, signal }), { code: 'queue-not-found', message });
    await assert.rejects(findPlaces({ config: site.config, stateDir, env, signal }), { code: 'queue-not-found' });
  }
});

test('Who may not look into the state directory is told so', async () => {
  await using site = await createSite(one);
  const path = await site.fill(one, exampleReading(1));
  const isRoot = process.geteuid?.() === 0;
  await chmod(site.stateDir, 0o000);
  // Root may look everywhere.
  if (isRoot) process.seteuid?.('nobody');
  try {
    const expected = { code: 'wrong-user', message: /may not look there; run this as the user that the coordinator/ };
    await assert.rejects(findPlaces({ stateDir: site.stateDir, env, signal }), expected);
    assert.throws(() => choosePlaces([path], { all: [] }), expected);
  } finally {
    if (isRoot) process.seteuid?.(0);
    await chmod(site.stateDir, 0o700);
  }
});

test('What means no queue, or several, is an error that lists them, without passwords', async () => {
  await using site = await createSite(one, two);
  const places = await findPlaces({ config: site.config, env, signal });
  assert.throws(() => choosePlaces(['http://'], places), {
    code: 'ambiguous-queue',
    message:
      '"http://" may be any of 2 queues; there are:\n  http://user:***@one.example:81/samples\n  http://two.example/samples',
  });
  assert.throws(() => choosePlaces(['gnocchi'], places), {
    code: 'queue-not-found',
    message: /^there is no queue "gnocchi"; there are:\n/,
  });
});
