import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { formatTimestamp } from '@nephometer/sample';
import { startPostgres } from '@nephometer/test-kit';
import type { TestPostgres } from '@nephometer/test-kit';
import { exampleCycles, exampleSample, exampleSettings } from '../example.ts';
import { asDict, inOrder, openPublisher, readView } from './example.ts';
import { createPartitions } from './partitions.ts';
import { connectPostgresql } from './postgresql-connection.ts';
import { parsePostgresqlUrl } from './postgresql-options.ts';
import { postgresqlPublisherFactory } from './postgresql-publisher.ts';

const { signal } = new AbortController();
const dayMs = 86_400_000;

// One server for all tests here, a schema for each.
let postgres: TestPostgres;
before(async () => {
  postgres = await startPostgres();
});
after(() => postgres[Symbol.asyncDispose]());

test('The samples of ten guests in five cycles are in the view, as psql reads it', async () => {
  await using publisher = openPublisher(postgres.url());
  const cycles = exampleCycles(10, 5);
  for (const samples of cycles) assert.deepEqual(await publisher.publish(samples, signal), []);
  const expected = inOrder(cycles).map(asDict);
  const found = await readView(postgres);
  assert.deepEqual(found, expected);
  assert.deepEqual(Object.keys(found[0] ?? {}), Object.keys(expected[0] ?? {}));
  assert.equal(await postgres.psql('SELECT count(*) FROM nephometer.metadata'), '10');
  assert.equal(await postgres.psql('SELECT count(*) FROM nephometer.resource'), '30');
  assert.equal(await postgres.psql('SELECT count(*) FROM nephometer.meter'), '6');
});

test('Samples that come again, in the same batch or after a restart, are there once', async () => {
  const url = `${postgres.url()}?schema=again`;
  const [first = [], second = []] = exampleCycles(3, 2);
  for (const samples of [first, first, [...first, ...second, ...second]]) {
    await using publisher = openPublisher(url);
    assert.deepEqual(await publisher.publish(samples, signal), []);
    assert.deepEqual(await publisher.publish(samples, signal), []);
  }
  assert.deepEqual(await readView(postgres, 'again'), inOrder([first, second]).map(asDict));
});

test('A change of a resource is one row more, and older samples keep what was said then', async () => {
  await using publisher = openPublisher(`${postgres.url()}?schema=change`);
  const samples = ['a', 'b', 'a'].map((status, index) =>
    exampleSample({
      id: `00000000-0000-11e5-8888-00000000000${index}`,
      timestamp: `2026-01-0${index + 1}T00:00:00`,
      resourceMetadata: { status },
    }),
  );
  for (const sample of samples) await publisher.publish([sample], signal);
  assert.deepEqual(await readView(postgres, 'change'), samples.map(asDict));
  assert.equal(await postgres.psql('SELECT count(*) FROM change.resource'), '2');
  assert.equal(
    await postgres.psql('SELECT used_until AT TIME ZONE $$UTC$$ FROM change.resource ORDER BY id'),
    '2026-01-05 00:00:00\n2026-01-04 00:00:00',
  );
});

test('Several that begin at once with the same resources make everything once', async () => {
  const url = `${postgres.url()}?schema=at_once`;
  const cycles = exampleCycles(20, 6);
  const publishers = cycles.map(() => openPublisher(url));
  await Promise.all(
    cycles.map(async (samples, index) => {
      const publisher = publishers[index];
      assert.deepEqual(await publisher?.publish(index % 2 === 0 ? samples : samples.toReversed(), signal), []);
      await publisher?.close();
    }),
  );
  assert.deepEqual(await readView(postgres, 'at_once'), inOrder(cycles).map(asDict));
  assert.equal(await postgres.psql('SELECT count(*) FROM at_once.resource'), '60');
});

test('Calls that overlap take turns', async () => {
  await using publisher = openPublisher(`${postgres.url()}?schema=overlap`);
  const cycles = exampleCycles(5, 4);
  await Promise.all(cycles.map((samples) => publisher.publish(samples, signal)));
  assert.deepEqual(await readView(postgres, 'overlap'), inOrder(cycles).map(asDict));
});

test('Characters that the database does not take are replaced, and numbers keep all their digits', async () => {
  await using publisher = openPublisher(`${postgres.url()}?schema=odd`);
  const volumes = [Number.MAX_VALUE, Number.MIN_VALUE, -Number.MAX_VALUE, 2 ** 53 + 2, 0.1 + 0.2];
  const samples = volumes.map((volume, index) =>
    exampleSample({
      volume,
      id: `00000000-0000-11e5-8888-00000000000${index}`,
      monotonicTime: index === 0 ? null : index * 1e-9,
      resourceId: 'r{}\\,"\'\t\n',
      unit: '\\N',
      resourceMetadata: { text: '\\u0041 \\. \t "世" 🖥', numbers: [1e308, -5e-324, 0.1] },
    }),
  );
  const odd = { resourceId: 'r\0', name: 'm\ud800', unit: '\0', userId: '\0', resourceMetadata: { 'k\0': ['\0'] } };
  assert.deepEqual(await publisher.publish([...samples, exampleSample(odd)], signal), []);
  const clean = { resourceId: 'r\ufffd', name: 'm\ufffd', unit: '\ufffd', userId: '\ufffd' };
  const expected = [...samples, exampleSample({ ...clean, resourceMetadata: { 'k\ufffd': ['\ufffd'] } })];
  assert.deepEqual(await readView(postgres, 'odd'), expected.map(asDict));
});

test('What the database does not take is refused one by one, with its words, and all else is stored', async () => {
  await using publisher = openPublisher(`${postgres.url()}?schema=refusal`);
  const [first = [], second = []] = exampleCycles(10, 2);
  await publisher.publish(first, signal);
  await postgres.psql('ALTER TABLE refusal.sample ADD CONSTRAINT mine CHECK (volume <> 1) NOT VALID');
  // So long that no index takes it, not even compressed.
  const long = Array.from({ length: 3000 }, (_, index) => (index * 7919 + 104729 * index * index).toString(36)).join(
    '',
  );
  const bad = exampleSample({ resourceId: long, id: '00000000-0000-11e5-8888-0000000000ff' });
  const kept = second.filter(({ volume }) => volume !== 1);
  const refusals = await publisher.publish([...second.slice(0, 7), bad, ...second.slice(7)], signal);
  assert.deepEqual(
    refusals.map(({ samples }) => samples).toSorted((one, other) => one - other),
    [1, second.length - kept.length].toSorted((one, other) => one - other),
  );
  assert.match(refusals.map(({ reason }) => reason).join('\n'), /violates check constraint "mine" \(23514\)/);
  assert.match(refusals.map(({ reason }) => reason).join('\n'), /index row .* \(54000\)/);
  assert.deepEqual(await readView(postgres, 'refusal'), inOrder([first, kept]).map(asDict));
});

test('There is a partition for each day: ahead, and for whatever comes late', async () => {
  await using publisher = openPublisher(`${postgres.url()}?schema=days`);
  const samples = ['2025-12-31T23:59:59.999999', '2026-01-01T00:00:00', '2026-01-01T23:59:59'].map((timestamp, index) =>
    exampleSample({ timestamp, id: `00000000-0000-11e5-8888-00000000000${index}` }),
  );
  await publisher.publish(samples, signal);
  assert.equal(
    await postgres.psql('SELECT tableoid::regclass, count(*) FROM days.sample GROUP BY 1 ORDER BY min(time)'),
    'days.sample_20251231|1\ndays.sample_20260101|2',
  );
  const ahead = Number(
    await postgres.psql(
      `SELECT count(*) FROM generate_series(0, 3) AS day
       WHERE to_regclass('days.sample_' || to_char(now() AT TIME ZONE 'UTC' + day * interval '1 day', 'YYYYMMDD')) IS NOT NULL`,
    ),
  );
  // Today may have become tomorrow meanwhile.
  assert.ok(ahead >= 3);
});

test('Whole days beyond the retention go, with what only they referred to; what comes later than that is refused', async () => {
  const at = (days: number): string => formatTimestamp(Math.floor(Date.now() / dayMs) * dayMs - days * dayMs);
  const sample = (days: number, index: number): ReturnType<typeof exampleSample> =>
    exampleSample({
      id: `00000000-0000-11e5-8888-00000000000${index}`,
      timestamp: at(days),
      resourceMetadata: { age: days > 12 ? 'old' : 'young' },
    });
  const young = [sample(9, 1), sample(1, 0)];
  {
    await using publisher = openPublisher(`${postgres.url()}?schema=retention`);
    await publisher.publish([sample(40, 3), sample(30, 2), ...young], signal);
  }
  await using publisher = openPublisher(`${postgres.url()}?schema=retention&retention=12d`);
  assert.deepEqual(await publisher.publish([sample(14, 4), ...young], signal), [
    { samples: 1, reason: 'the sample is older than the retention' },
  ]);
  assert.deepEqual(await readView(postgres, 'retention'), young.map(asDict));
  assert.equal(await postgres.psql('SELECT content FROM retention.metadata'), '{"age": "young"}');
  const name = `retention.sample_${at(30).slice(0, 10).replaceAll('-', '')}`;
  assert.equal(await postgres.psql(`SELECT to_regclass('${name}') IS NULL`), 't');
});

/** Looks for old partitions as often as in a quarter of an hour, and more. */
async function lookOften(url: string, warn: (message: string) => void): Promise<void> {
  const parsed = parsePostgresqlUrl(url);
  assert.ok(parsed.ok);
  const partitions = createPartitions(parsed.options, warn);
  const connection = await connectPostgresql(parsed.options, signal);
  for (let look = 0; look < 4; look += 1) {
    await partitions.look(connection);
    partitions.forget();
  }
  await connection.end();
}

test('Who reads samples for long holds up neither new ones nor new days', async () => {
  const url = `${postgres.url()}?schema=reader`;
  const old = exampleSample({ timestamp: '2020-01-01T00:00:00' });
  const late = exampleSample({ timestamp: formatTimestamp(Math.floor(Date.now() / dayMs) * dayMs - 5 * dayMs) });
  {
    await using publisher = openPublisher(url);
    await publisher.publish([old], signal);
  }
  const { Client } = await import('pg');
  const reader = new Client({ connectionString: postgres.url() });
  await reader.connect();
  await reader.query('BEGIN; SELECT * FROM reader.samples');
  {
    await using publisher = openPublisher(`${url}&retention=30d`);
    assert.deepEqual(await publisher.publish([late], signal), []);
    assert.deepEqual(await readView(postgres, 'reader'), [old, late].map(asDict));
  }
  const warnings: string[] = [];
  await lookOften(`${url}&retention=30d`, (message) => warnings.push(message));
  assert.deepEqual(warnings, [
    'samples beyond the retention stay in the schema reader: sample_20200101 is always in use; end what reads it for so long',
  ]);
  await reader.end();
  await using publisher = openPublisher(`${url}&retention=30d`);
  await publisher.publish([late], signal);
  assert.deepEqual(await readView(postgres, 'reader'), [asDict(late)]);
});

test('A day on which somebody’s own view depends stays, and the others go', async () => {
  const url = `${postgres.url()}?schema=depends`;
  const old = ['2020-01-01', '2020-01-02'].map((date, index) =>
    exampleSample({ timestamp: `${date}T00:00:00`, id: `00000000-0000-11e5-8888-00000000000${index}` }),
  );
  const young = exampleSample({ timestamp: formatTimestamp(Math.floor(Date.now() / dayMs) * dayMs) });
  {
    await using publisher = openPublisher(url);
    await publisher.publish(old, signal);
  }
  await postgres.psql('CREATE VIEW depends.mine AS SELECT * FROM depends.sample_20200101');
  const warnings: string[] = [];
  const warn = (message: string): void => void warnings.push(message);
  await using publisher = openPublisher(`${url}&retention=30d`, { warn });
  assert.deepEqual(await publisher.publish([young], signal), []);
  assert.deepEqual(await readView(postgres, 'depends'), [...old.slice(0, 1), young].map(asDict));
  assert.match(warnings.join('\n'), /stay in the schema depends: sample_20200101: cannot drop table .* \(2BP01\)$/);
});

test('Resources that somebody’s own table refers to stay, with a warning, and hold no samples up', async () => {
  const url = `${postgres.url()}?schema=referred`;
  const day = Math.floor(Date.now() / dayMs) * dayMs;
  const old = exampleSample({ timestamp: '2020-01-01T00:00:00', resourceMetadata: { is: 'old' } });
  const young = exampleSample({ timestamp: formatTimestamp(day) });
  {
    await using publisher = openPublisher(url);
    await publisher.publish([old], signal);
  }
  await postgres.psql(
    'CREATE TABLE referred.mine AS SELECT id FROM referred.resource; ALTER TABLE referred.mine ADD FOREIGN KEY (id) REFERENCES referred.resource',
  );
  const warnings: string[] = [];
  const warn = (message: string): void => void warnings.push(message);
  await using publisher = openPublisher(`${url}&retention=30d`, { warn });
  assert.deepEqual(await publisher.publish([young], signal), []);
  assert.deepEqual(await readView(postgres, 'referred'), [asDict(young)]);
  assert.match(
    warnings.join('\n'),
    /^samples beyond .*: what nobody refers to: .* foreign key constraint .* \(23503\)$/,
  );
});

test('A partition that somebody dropped is made again', async () => {
  await using publisher = openPublisher(`${postgres.url()}?schema=dropped`);
  const [first = [], second = []] = exampleCycles(2, 2);
  await publisher.publish(first, signal);
  await postgres.psql('DROP TABLE dropped.sample_20260102; TRUNCATE dropped.resource');
  await assert.rejects(publisher.publish(second, signal), { code: 'target_failed', isPermanent: false });
  assert.deepEqual(await publisher.publish(second, signal), []);
  assert.deepEqual(await readView(postgres, 'dropped'), inOrder([second]).map(asDict));
});

test('It is closed twice, and publishes no more', async () => {
  const publisher = postgresqlPublisherFactory.create(postgres.url(), exampleSettings());
  await publisher.publish([exampleSample()], signal);
  await publisher.close();
  await publisher.close();
  await assert.rejects(publisher.publish([exampleSample()], signal), { code: 'closed' });
  assert.throws(() => postgresqlPublisherFactory.create('postgresql://x', exampleSettings()), { code: 'bad_url' });
});
