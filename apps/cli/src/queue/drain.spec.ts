import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startQueueWorker } from '@nephometer/durable-queue';
import { eventually, startHttpSink } from '@nephometer/test-kit';
import type { HttpSink } from '@nephometer/test-kit';
import { drain } from './drain.ts';
import type { DrainSettings } from './drain.ts';
import { createConsole, createSite, exampleIds, exampleReading } from './example.ts';
import type { Site } from './example.ts';

const { signal } = new AbortController();

interface Outcome {
  readonly isDone: boolean;
  readonly said: string;
}

async function drainSite(site: Site, settings: Partial<DrainSettings>): Promise<Outcome> {
  const { stdout, stderr, said } = createConsole();
  const given = { queues: [], all: false, config: site.config, env: {}, signal, ...settings };
  const isDone = await drain({ ...given, stdout, stderr });
  return { isDone, said: said() };
}

/** The ids that a sink took, in order. */
function idsIn({ requests }: HttpSink): readonly string[] {
  return requests.flatMap(({ body }) => (JSON.parse(body.toString()) as { id: string }[]).map(({ id }) => id));
}

test('What waits is sent in order and is then gone from the queue', async () => {
  await using sink = await startHttpSink();
  const url = `${sink.origin}/samples`;
  await using site = await createSite(`${url}?batch_size=3&queue_age=1s`);
  const path = await site.fill(url, exampleReading(1), exampleReading(2));
  const { isDone, said } = await drainSite(site, { queues: ['http'] });
  assert.equal(isDone, true, said);
  assert.deepEqual(idsIn(sink), exampleIds(1, 2));
  assert.deepEqual(await site.ledger(path), { polled: 8, delivered: 8 });
  assert.match(said, /: 8 samples to send\n/);
  assert.match(said, /: 8 samples sent, nothing is left\n$/);
});

test('A target that fails for a while is said once, tried again, and gets everything', async () => {
  await using sink = await startHttpSink();
  const url = `${sink.origin}/samples`;
  await using site = await createSite(`${url}?retry_delay=5ms&retry_max_delay=5ms`);
  const path = await site.fill(url, exampleReading(1));
  sink.reply({ status: 503 }, { status: 500 }, 'reset');
  const { isDone, said } = await drainSite(site, { all: true });
  assert.equal(isDone, true, said);
  assert.deepEqual(
    idsIn(sink),
    [1, 1, 1, 1].flatMap((minute) => exampleIds(minute)),
  );
  assert.equal(said.split('and is tried again').length, 2);
  assert.match(said, /works again\n/);
  assert.equal((await site.ledger(path))['delivered'], 4);
});

test('When the time is over, what is left stays in the queue', async () => {
  await using sink = await startHttpSink({ respond: () => ({ status: 503 }) });
  const url = `${sink.origin}/samples`;
  await using site = await createSite(url);
  const path = await site.fill(url, exampleReading(1));
  const { isDone, said } = await drainSite(site, { all: true, ms: 300 });
  assert.equal(isDone, false);
  assert.match(said, /: 0 samples sent, 4 samples left in the queue\n$/);
  assert.deepEqual(await site.ledger(path), { polled: 4, queued: 4 });
});

test('An abort leaves what has not been sent, and says how much', async () => {
  await using sink = await startHttpSink();
  const url = `${sink.origin}/samples`;
  await using site = await createSite(`${url}?batch_size=4`);
  const path = await site.fill(url, exampleReading(1), exampleReading(2));
  sink.reply({}, 'stall');
  const abort = new AbortController();
  const { stdout, stderr, said } = createConsole();
  const settings = { queues: [url], all: false, config: site.config, env: {}, signal: abort.signal };
  const draining = drain({ ...settings, stdout, stderr });
  await sink.received(2);
  abort.abort(new Error('enough'));
  await assert.rejects(draining, /enough/);
  assert.match(said(), /: 4 samples sent, 4 samples left in the queue\n$/);
  assert.deepEqual(await site.ledger(path), { polled: 8, delivered: 4, queued: 4 });
});

test('What the target refuses for ever is said, counted, and is not done', async () => {
  await using sink = await startHttpSink({ respond: () => ({ status: 400, body: 'what is this?' }) });
  const url = `${sink.origin}/samples`;
  await using site = await createSite(url);
  const path = await site.fill(url, exampleReading(1));
  const { isDone, said } = await drainSite(site, { queues: [url] });
  assert.equal(isDone, false);
  assert.match(
    said,
    /refuses 4 samples for ever: .*what is this\?[^]*0 samples sent, 4 samples refused, nothing is left/,
  );
  assert.deepEqual(await site.ledger(path), { polled: 4, refused: 4 });
});

test('A publisher that is away holds no other one', async () => {
  await using sink = await startHttpSink();
  const away = 'http://127.0.0.1:1/';
  const url = `${sink.origin}/samples`;
  await using site = await createSite(away, url);
  const stuck = await site.fill(away, exampleReading(1));
  const path = await site.fill(url, exampleReading(1));
  const abort = new AbortController();
  const { stdout, stderr, said } = createConsole();
  const settings = { queues: [], all: true, config: site.config, env: {}, signal: abort.signal };
  const draining = drain({ ...settings, stdout, stderr });
  await eventually(() => assert.match(said(), /: 4 samples sent, nothing is left/));
  abort.abort(new Error('enough'));
  await assert.rejects(draining, /enough/);
  assert.deepEqual(
    [await site.ledger(stuck), await site.ledger(path)],
    [
      { polled: 4, queued: 4 },
      { polled: 4, delivered: 4 },
    ],
  );
});

test('The queue of a publisher that is not configured goes where --to says, or where it is named in full', async () => {
  await using sink = await startHttpSink();
  await using site = await createSite(`${sink.origin}/new?batch=true`);
  const path = await site.fill(`${sink.origin}/old`, exampleReading(1));
  await assert.rejects(drainSite(site, { queues: [path] }), {
    code: 'invalid-option',
    message: /has no publisher .* --to/,
  });
  const moved = await drainSite(site, { queues: [path], to: `${sink.origin}/new?batch=true` });
  assert.equal(moved.isDone, true, moved.said);
  assert.match(moved.said, /4 samples to send to http:.*\/new\?batch=true\n/);
  await site.fill(`${sink.origin}/old`, exampleReading(2));
  const { isDone, said } = await drainSite(site, { queues: [`${sink.origin}/old`] });
  assert.equal(isDone, true, said);
  assert.deepEqual(
    sink.requests.map(({ path: target }) => target),
    ['/new', '/old'],
  );
  assert.deepEqual(idsIn(sink), exampleIds(1, 2));
  assert.deepEqual(await site.ledger(path), { polled: 8, delivered: 8 });
});

test('A publisher that would forget everything at the end is none to drain to', async () => {
  await using site = await createSite('test://?queue=disk');
  const path = await site.fill('test://', exampleReading(1));
  await assert.rejects(drainSite(site, { all: true }), { code: 'invalid-option', message: /only as long as it runs/ });
  assert.deepEqual(await site.ledger(path), { polled: 4, queued: 4 });
});

test('A password comes from the pipeline and is never said', async () => {
  await using sink = await startHttpSink();
  const url = `http://user:s3cret@127.0.0.1:${sink.port}/samples`;
  await using site = await createSite(url);
  const shown = url.replace('s3cret', '***');
  await site.fill(shown, exampleReading(1));
  sink.reply({ status: 401 });
  const { isDone, said } = await drainSite(site, { queues: [shown] });
  assert.equal(isDone, true, said);
  assert.equal(sink.requests[0]?.headers.authorization, `Basic ${btoa('user:s3cret')}`);
  assert.match(said, /user:\*\*\*@[^]*fails/);
  assert.doesNotMatch(said, /s3cret/);
});

test('Nothing is sent as long as one of the queues is in use', async () => {
  await using sink = await startHttpSink();
  const urls = [`${sink.origin}/one`, `${sink.origin}/two`] as const;
  await using site = await createSite(...urls);
  await site.fill(urls[0], exampleReading(1));
  const path = await site.fill(urls[1], exampleReading(1));
  const worker = startQueueWorker();
  await worker.open(path);
  const message = /in use by this process; stop the coordinator first/;
  await assert.rejects(drainSite(site, { all: true }), { code: 'queue-in-use', message });
  await worker.close();
  assert.equal(sink.requests.length, 0);
});

test('Which queues are meant must be said, in one way', async () => {
  await using site = await createSite('http://127.0.0.1:1/');
  for (const settings of [
    {},
    { all: true, queues: ['http'] },
    { all: true, to: 'console' },
  ] satisfies Partial<DrainSettings>[]) {
    await assert.rejects(drainSite(site, settings), { code: 'invalid-option' });
  }
  const nothing = await drainSite(site, { queues: ['http'] });
  assert.deepEqual([nothing.isDone, nothing.said.includes('nothing waits')], [true, true]);
  assert.match((await drainSite(site, { all: true })).said, /nothing waits/);
  await assert.rejects(drainSite(site, { queues: ['http'], to: 'nowhere://' }), {
    message: /^nowhere:\/\/: there is no publisher/,
  });
});
