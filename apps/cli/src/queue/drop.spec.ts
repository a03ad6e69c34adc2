import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import { drop } from './drop.ts';
import type { DropSettings } from './drop.ts';
import { createConsole, createSite, exampleReading } from './example.ts';
import type { Site } from './example.ts';
import { replay } from './replay.ts';

const { signal } = new AbortController();
const here = 'http://127.0.0.1:1/samples';

interface Outcome {
  readonly isDone: boolean;
  readonly said: string;
  readonly out: string;
}

async function dropFrom(site: Site, settings: Partial<DropSettings>, answer?: string): Promise<Outcome> {
  const { stdout, stderr, said, out } = createConsole();
  const stdin = Object.assign(new PassThrough(), { isTTY: answer !== undefined });
  if (answer !== undefined) stdin.write(`${answer}\n`);
  const given = { queues: [here], all: false, yes: true, stateDir: site.stateDir, env: {}, signal, ...settings };
  const isDone = await drop({ ...given, stdin, stdout, stderr });
  return { isDone, said: said(), out: out() };
}

async function idsIn(site: Site): Promise<readonly string[]> {
  const { stdout, stderr, out } = createConsole();
  const settings = { queues: [here], to: 'console://?json', choice: {}, config: site.config, env: {}, signal };
  await replay({ ...settings, stdout, stderr });
  const lines = out().split('\n').filter(Boolean);
  return lines.map((line) => (JSON.parse(line) as { readonly id: string }).id);
}

test('What is chosen goes, in the middle of what was accepted together, too; the rest stays in order', async () => {
  await using site = await createSite(here);
  const path = await site.fill(here, exampleReading(1), exampleReading(2));
  const { isDone, out } = await dropFrom(site, { meters: ['disk.*'], resources: ['guest-a*'] });
  assert.deepEqual([isDone, out], [true, `${here}: 2 samples dropped\n`]);
  const left = [exampleReading(1), exampleReading(2)].flat().filter(({ resourceId }) => resourceId !== 'guest-a-vda');
  assert.deepEqual(
    await idsIn(site),
    left.map(({ id }) => id),
  );
  assert.deepEqual(await site.ledger(path), { polled: 8, queued: 6, discarded: 2 });
});

test('Everything goes with --all, and what has waited for long with --older-than', async () => {
  await using site = await createSite(here);
  const path = await site.fill(here, exampleReading(1));
  assert.equal((await dropFrom(site, { olderThanMs: 3_600_000 })).out, `${here}: 0 samples dropped\n`);
  assert.deepEqual(await site.ledger(path), { polled: 4, queued: 4 });
  // A time in the future, as it were: all of it is older.
  assert.equal((await dropFrom(site, { olderThanMs: -60_000 })).out, `${here}: 4 samples dropped\n`);
  await site.fill(here, exampleReading(2));
  assert.equal((await dropFrom(site, { all: true })).out, `${here}: 4 samples dropped\n`);
  assert.deepEqual(await site.ledger(path), { polled: 8, discarded: 8 });
});

test('A terminal is asked, and told how many; only a yes is one', async () => {
  await using site = await createSite(here);
  const path = await site.fill(here, exampleReading(1));
  const no = await dropFrom(site, { all: true, yes: false }, 'n');
  assert.deepEqual([no.isDone, no.out], [false, '']);
  assert.match(no.said, /: 4 of 4 samples would go\nDrop 4 samples for good\? \[y\/N\] [^]*nothing was dropped\n$/);
  assert.deepEqual(await site.ledger(path), { polled: 4, queued: 4 });
  assert.equal((await dropFrom(site, { all: true, yes: false }, 'y')).isDone, true);
  assert.deepEqual(await site.ledger(path), { polled: 4, discarded: 4 });
});

test('Where nobody can be asked, --yes is needed; and what goes must be said', async () => {
  await using site = await createSite(here);
  const path = await site.fill(here, exampleReading(1));
  for (const settings of [
    { all: true, yes: false },
    {},
    { all: true, meters: ['cpu'] },
    { all: true, olderThanMs: 1000 },
  ] satisfies Partial<DropSettings>[]) {
    await assert.rejects(dropFrom(site, settings), { code: 'invalid-option' });
  }
  assert.deepEqual(await site.ledger(path), { polled: 4, queued: 4 });
});
