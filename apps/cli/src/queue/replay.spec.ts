import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { startHttpSink } from '@nephometer/test-kit';
import { parseUtc } from './choose-samples.ts';
import { createConsole, createSite, exampleIds, exampleReading } from './example.ts';
import type { Site } from './example.ts';
import { replay } from './replay.ts';
import type { ReplaySettings } from './replay.ts';

const { signal } = new AbortController();
const here = 'http://127.0.0.1:1/samples';

interface Outcome {
  readonly isDone: boolean;
  readonly said: string;
  readonly out: string;
}

async function replaySite(
  site: Site,
  settings: Partial<ReplaySettings> & Pick<ReplaySettings, 'to'>,
): Promise<Outcome> {
  const { stdout, stderr, said, out } = createConsole();
  const given = { queues: ['http'], choice: {}, config: site.config, env: {}, signal, ...settings };
  const isDone = await replay({ ...given, stdout, stderr });
  return { isDone, said: said(), out: out() };
}

function idsOf(lines: string): readonly string[] {
  return lines
    .trimEnd()
    .split('\n')
    .map((line) => (JSON.parse(line) as { readonly id: string }).id);
}

test('A copy of what waits goes to another publisher, in order and with the same ids; the queue keeps all of it', async () => {
  await using site = await createSite(here);
  const path = await site.fill(here, exampleReading(1), exampleReading(2), exampleReading(3));
  const copy = join(site.directory, 'copy.jsonl');
  const { isDone, said } = await replaySite(site, { to: `file://${copy}?json&batch_size=3` });
  assert.equal(isDone, true, said);
  assert.deepEqual(idsOf(await readFile(copy, 'utf8')), exampleIds(1, 2, 3));
  assert.deepEqual(await site.ledger(path), { polled: 12, queued: 12 });
  assert.match(said, /: 12 of 12 samples go to file:[^]*\n.*: 12 of 12 samples sent; the queues keep all of them\n$/);
});

test('Only what is chosen goes; on standard output there is nothing but samples', async () => {
  await using site = await createSite(here);
  await site.fill(here, exampleReading(1), exampleReading(2), exampleReading(3));
  const choice = { meters: ['cpu'], resources: ['guest-b*'], sinceMs: parseUtc('2026-07-21T13:02') };
  const { isDone, said, out } = await replaySite(site, { to: 'console://?json', choice });
  assert.equal(isDone, true, said);
  assert.deepEqual(idsOf(out), ['guest-b cpu 2', 'guest-b cpu 3']);
  assert.match(said, /: 2 of 12 samples go to/);
});

test('A target that fails is tried again; what it refuses is not done', async () => {
  await using sink = await startHttpSink();
  await using site = await createSite(here);
  await site.fill(here, exampleReading(1), exampleReading(2));
  const to = `${sink.origin}/copy?batch_size=4&retry_delay=5ms`;
  sink.reply({ status: 503 });
  assert.equal((await replaySite(site, { to })).isDone, true);
  sink.reply({ status: 400 });
  const { isDone, said } = await replaySite(site, { to });
  assert.equal(isDone, false);
  assert.match(said, /4 of 8 samples sent, 4 samples refused/);
});

test('When the time is over, or at an abort, it ends; the queue is as it was', async () => {
  await using sink = await startHttpSink({ respond: () => ({ status: 503 }) });
  await using site = await createSite(here);
  const path = await site.fill(here, exampleReading(1), exampleReading(2));
  const late = await replaySite(site, { to: sink.origin, ms: 100 });
  assert.equal(late.isDone, false);
  assert.match(late.said, /0 of 8 samples sent; the queues keep/);
  const abort = new AbortController();
  const before = sink.requests.length;
  const replaying = replaySite(site, { to: sink.origin, signal: abort.signal });
  await sink.received(before + 1);
  abort.abort(new Error('enough'));
  await assert.rejects(replaying, /enough/);
  assert.deepEqual(await site.ledger(path), { polled: 8, queued: 8 });
});

test('Where samples would be lost with the end of the command, or nobody can make the publisher, none are sent', async () => {
  await using site = await createSite(here);
  await site.fill(here, exampleReading(1));
  for (const to of ['test://', 'exporter://127.0.0.1:1/metrics', 'nowhere://', 'console://?jsn']) {
    await assert.rejects(replaySite(site, { to }), { code: 'invalid-option' }, to);
  }
});

test('Several queues go one after the other', async () => {
  await using sink = await startHttpSink();
  await using site = await createSite(here, 'http://127.0.0.1:2/');
  await site.fill(here, exampleReading(1));
  const other = await site.fill('http://127.0.0.1:3/', exampleReading(2));
  const { isDone } = await replaySite(site, { queues: [other, here], to: sink.origin });
  assert.equal(isDone, true);
  const bodies = sink.requests.map(({ body }) => JSON.parse(body.toString()) as { readonly id: string }[]);
  assert.deepEqual(
    bodies.flat().map(({ id }) => id),
    exampleIds(2, 1),
  );
});
