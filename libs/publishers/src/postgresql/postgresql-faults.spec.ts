import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import type { Publisher } from '@nephometer/plugin';
import type { Sample } from '@nephometer/sample';
import { eventually, freePort, startFaultProxy, startPostgres } from '@nephometer/test-kit';
import type { TestPostgres } from '@nephometer/test-kit';
import { exampleCycles, exampleSample } from '../example.ts';
import { asDict, inOrder, openPublisher, readView } from './example.ts';

const { signal } = new AbortController();
const samples = [exampleSample()];

// One server for all tests here, a database for each.
let server: TestPostgres;
before(async () => {
  server = await startPostgres();
});
after(() => server[Symbol.asyncDispose]());

/** A database of its own. */
interface TestDatabase {
  readonly url: string;
  psql(sql: string): Promise<string>;
}

async function createDatabase(name: string): Promise<TestDatabase> {
  await server.psql(`CREATE DATABASE ${name}`);
  return { url: server.url(name), psql: (sql) => server.psql(sql, name) };
}

/** Publishes until it works, as the delivery does. */
async function publishAgain(publisher: Publisher, batch: readonly Sample[]): Promise<void> {
  for (;;) {
    try {
      assert.deepEqual(await publisher.publish(batch, signal), []);
      return;
    } catch (error) {
      assert.equal(error instanceof Error && 'isPermanent' in error && error.isPermanent, false);
    }
  }
}

test('A server that is away at first and is killed in the middle gets every sample once', async () => {
  const away = await freePort();
  await using nobody = openPublisher(`postgresql://postgres@127.0.0.1:${away}/postgres`);
  await assert.rejects(nobody.publish(samples, signal), {
    code: 'unreachable',
    isPermanent: false,
    message: new RegExp(`^postgresql://127\\.0\\.0\\.1:${away}/postgres: no connection \\(.*ECONNREFUSED`),
  });

  const database = await createDatabase('killed');
  await using publisher = openPublisher(database.url);
  const cycles = exampleCycles(10, 5);
  const { Client } = await import('pg');
  for (const [index, batch] of cycles.entries()) {
    if (index === 2) {
      await server.stop();
      await assert.rejects(publisher.publish(batch, signal), { code: 'unreachable', isPermanent: false });
      await server.start();
    }
    if (index === 3) {
      // In the middle of the batch: it has been copied, and waits to go into the table.
      const other = new Client({ connectionString: database.url });
      other.on('error', () => undefined);
      await other.connect();
      await other.query('BEGIN; LOCK TABLE nephometer.sample');
      const published = publisher.publish(batch, signal);
      const failed = assert.rejects(published, { isPermanent: false });
      const waits = `SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'INSERT INTO nephometer.sample %' AND wait_event_type = 'Lock'`;
      await eventually(async () => assert.equal(await database.psql(waits), '1'));
      await server.stop();
      await failed;
      await server.start();
    }
    await publishAgain(publisher, batch);
  }
  assert.deepEqual(await readView(database), inOrder(cycles).map(asDict));
});

/** A URL that leads to a server through a proxy. */
function through({ url }: TestDatabase, { port }: { readonly port: number }): string {
  return url.replace(`:${server.port}/`, `:${port}/`);
}

test('Connections that break in the middle of a batch, at any place, cost and double nothing', async () => {
  const database = await createDatabase('cut');
  await using proxy = await startFaultProxy({ target: { host: '127.0.0.1', port: server.port } });
  await using publisher = openPublisher(through(database, proxy.address));
  const cycles = exampleCycles(30, 8);
  for (const [index, batch] of cycles.entries()) {
    const published = publisher.publish(batch, signal).catch(() => undefined);
    // Some turns of the event loop later: while connecting, in the transaction, or after it.
    for (let turn = 0; turn < index * 3; turn += 1) await setImmediate();
    proxy.cut();
    await published;
    await publishAgain(publisher, batch);
  }
  assert.deepEqual(await readView(database), inOrder(cycles).map(asDict));
});

test('A server that accepts and stays silent holds nobody for longer than the timeout, and an abort not even that', async () => {
  const database = await createDatabase('silent');
  await using proxy = await startFaultProxy({ target: { host: '127.0.0.1', port: server.port } });
  await using patient = openPublisher(through(database, proxy.address));
  await patient.publish(samples, signal);
  await using publisher = openPublisher(`${through(database, proxy.address)}?timeout=1.5`);
  proxy.pause();
  // Before there is a connection, and with one.
  for (const id of ['1', '2']) {
    await assert.rejects(publisher.publish(samples, signal), {
      code: 'timeout',
      isPermanent: false,
      message: `postgresql://127.0.0.1:${proxy.address.port}/silent: no answer within 1500 ms`,
    });
    proxy.cut();
    await proxy.resume();
    await publishAgain(publisher, [exampleSample({ id: `00000000-0000-11e5-8888-00000000000${id}` })]);
    proxy.pause();
  }
  const stop = new AbortController();
  const published = patient.publish(samples, stop.signal);
  // It is connecting by now.
  await setImmediate();
  stop.abort(new Error('stop'));
  await assert.rejects(published, /^Error: stop$/);
  assert.equal((await readView(database)).length, 3);
  // A goodbye through a paused proxy would take its time.
  proxy.cut();
});

test('A lock that somebody holds is waited for no longer than the timeout', async () => {
  const database = await createDatabase('locked');
  await using patient = openPublisher(database.url);
  await using publisher = openPublisher(`${database.url}?timeout=1`);
  const [first = [], second = []] = exampleCycles(2, 2);
  await patient.publish(first, signal);
  const { Client } = await import('pg');
  const other = new Client({ connectionString: database.url });
  await other.connect();
  await other.query('BEGIN; LOCK TABLE nephometer.sample');
  await assert.rejects(publisher.publish(second, signal), { code: 'timeout', isPermanent: false });
  await other.end();
  await publishAgain(publisher, second);
  assert.equal((await readView(database)).length, first.length * 2);
});

test('Rights that are missing are told with the statement that gives them', async () => {
  const database = await createDatabase('rights');
  await database.psql('CREATE ROLE ada LOGIN');
  await using publisher = openPublisher(database.url.replace('//postgres@', '//ada@'));
  await assert.rejects(publisher.publish(samples, signal), {
    code: 'unauthorized',
    isPermanent: false,
    message:
      /permission denied for database rights \(42501\); .* help with: CREATE SCHEMA nephometer AUTHORIZATION "ada"$/,
  });
  await database.psql('CREATE SCHEMA nephometer AUTHORIZATION "ada"');
  assert.deepEqual(await publisher.publish(samples, signal), []);
  assert.deepEqual(await readView(database), samples.map(asDict));
});

test('Tables of somebody else, tables of a newer version, and a server that only reads are left alone', async () => {
  const database = await createDatabase('others');
  await database.psql('CREATE SCHEMA other; CREATE TABLE other.meter (mine int)');
  await using other = openPublisher(`${database.url}?schema=other`);
  await assert.rejects(other.publish(samples, signal), {
    code: 'refused',
    message: /relation "meter" already exists \(42P07\); .* name another schema$/,
  });
  assert.equal(await database.psql(`SELECT relname FROM pg_class WHERE relnamespace = 'other'::regnamespace`), 'meter');

  await using publisher = openPublisher(database.url);
  await publisher.publish(samples, signal);
  await database.psql('INSERT INTO nephometer.schema_version VALUES (99)');
  await using older = openPublisher(database.url);
  await assert.rejects(older.publish(samples, signal), {
    code: 'refused',
    message: /: the tables in its schema nephometer have version 99 and this program knows 1; start the newer one/,
  });
  await database.psql('DELETE FROM nephometer.schema_version WHERE version = 99');

  await database.psql('ALTER DATABASE others SET default_transaction_read_only = on');
  await using standby = openPublisher(database.url);
  await assert.rejects(standby.publish(samples, signal), { code: 'refused', message: /\(25006\); it is read-only/ });
});

test('What answers and is no PostgreSQL is told', async () => {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await using publisher = openPublisher(`postgresql://a@127.0.0.1:${port}/b`);
  await assert.rejects(publisher.publish(samples, signal), {
    code: 'bad_answer',
    isPermanent: false,
    message: /right port/,
  });
  await using plain = openPublisher(`postgresql://a@127.0.0.1:${port}/b?sslmode=disable`);
  await assert.rejects(plain.publish(samples, signal), { isPermanent: false });
  server.close();
});
