/** Real queues from which an operator throws samples away. */
import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { inspectQueue, QueueError, startQueueWorker } from '@nephometer/durable-queue';
import type { DurableQueue, QueueWorker } from '@nephometer/durable-queue';
import { packSamples } from '@nephometer/sample';
import type { Sample } from '@nephometer/sample';
import fc from 'fast-check';
import { discardSamples, planDiscard } from './discard-samples.ts';
import type { Discard } from './discard-samples.ts';
import { sampleOf } from './example.ts';
import { withoutLimits } from './rewrite-queue.ts';
import { storedLedger } from './stored-ledger.ts';
import { readStored } from './stored-rows.ts';

const { signal } = new AbortController();

interface Disk extends AsyncDisposable {
  readonly directory: string;
  readonly path: string;
  readonly worker: QueueWorker;
  /** Opens the queue after it has been filled with rows that hold these volumes; row n was accepted at 1,000 n. */
  readonly fill: (...rows: readonly (readonly number[])[]) => Promise<DurableQueue>;
  /** Opens it, throws samples away. */
  readonly discard: (discard: Discard, aborting?: AbortSignal) => Promise<number>;
  /** The volumes of each row. */
  readonly volumes: () => Promise<readonly (readonly number[])[]>;
}

async function createDisk(): Promise<Disk> {
  const directory = await mkdtemp(join(tmpdir(), 'nephometer-discard-'));
  const path = join(directory, 'queue.sqlite');
  const worker = startQueueWorker();
  return {
    directory,
    path,
    worker,
    async fill(...rows) {
      const queue = await worker.open(path);
      const appends = rows.map((volumes, index) => ({
        seq: index + 1,
        items: volumes.length,
        atMs: (index + 1) * 1000,
        payload: packSamples(volumes.map((volume) => sampleOf(volume))),
      }));
      const polled = rows.flat().length + 5;
      await queue.commit({ appends, removes: [], counts: { polled, delivered: 3, damaged: 2 }, limits: withoutLimits });
      await queue.close();
      return worker.open(path);
    },
    async discard(discard, aborting = signal) {
      const queue = await worker.open(path);
      const plan = await planDiscard(queue, discard, signal).catch(async (error: unknown) => {
        await queue.close();
        throw error;
      });
      return discardSamples({ queue, worker, discard, plan }, aborting);
    },
    async volumes() {
      const queue = await worker.open(path);
      const rows: (readonly number[])[] = [];
      for await (const { samples } of readStored(queue, signal)) rows.push(samples.map(({ volume }) => volume));
      await queue.close();
      return rows;
    },
    async [Symbol.asyncDispose]() {
      await worker.close();
      await rm(directory, { recursive: true });
    },
  };
}

const isOdd = ({ volume }: Sample): boolean => volume % 2 === 1;

async function ledgerOf(path: string): Promise<Record<string, number>> {
  const { state, damage } = await inspectQueue(path);
  assert.deepEqual(damage, []);
  assert.ok(state);
  const { polled, delivered, queued, dropped, unaccounted } = storedLedger('a://', state);
  assert.equal(unaccounted, 0, JSON.stringify(state));
  return { polled, delivered, queued, ...dropped };
}

test('Samples that are picked from rows go, the others stay in order, and it is counted', async () => {
  await using disk = await createDisk();
  const queue = await disk.fill([1, 2, 3], [5, 7], [4], [6, 9]);
  const discard = { isChosen: isOdd };
  assert.deepEqual(await planDiscard(queue, discard, signal), { samples: 5, dividedRows: 2 });
  await queue.close();
  assert.equal(await disk.discard(discard), 5);
  assert.deepEqual(await disk.volumes(), [[2], [4], [6]]);
  const { polled, delivered, queued, discarded, damaged } = await ledgerOf(disk.path);
  assert.deepEqual(
    { polled, delivered, queued, discarded, damaged },
    { polled: 13, delivered: 3, queued: 3, discarded: 5, damaged: 2 },
  );
  const left = (await readdir(disk.directory)).filter((name) => name.includes('rewriting'));
  assert.deepEqual(left, []);
});

test('What goes in whole rows is removed from the file as it is', async () => {
  await using disk = await createDisk();
  await (await disk.fill([1, 3], [2, 4], [5])).close();
  assert.equal(await disk.discard({ isChosen: isOdd }), 3);
  assert.deepEqual(await disk.volumes(), [[2, 4]]);
  assert.equal(await disk.discard({}), 2);
  assert.deepEqual(await disk.volumes(), []);
  const { polled, discarded } = await ledgerOf(disk.path);
  assert.deepEqual({ polled, discarded }, { polled: 10, discarded: 5 });
});

test('Both time and choice must be true', async () => {
  await using disk = await createDisk();
  await (await disk.fill([1, 2], [3, 4], [5, 6])).close();
  assert.equal(await disk.discard({ acceptedBeforeMs: 3000, isChosen: isOdd }), 2);
  assert.deepEqual(await disk.volumes(), [[2], [4], [5, 6]]);
  assert.equal(await disk.discard({ acceptedBeforeMs: 2000 }), 1);
  assert.deepEqual(await disk.volumes(), [[4], [5, 6]]);
});

test('Rows that nobody can read go if all do, and are named if it matters what is in them', async () => {
  await using disk = await createDisk();
  const queue = await disk.fill([1]);
  const payload = new Uint8Array([99, 1, 2, 3]);
  const appends = [{ seq: 2, items: 4, atMs: 2000, payload }];
  await queue.commit({ appends, removes: [], counts: { polled: 4 }, limits: withoutLimits });
  await queue.close();
  await assert.rejects(disk.discard({ isChosen: isOdd }), /queue\.sqlite: row 2 cannot be read/);
  const again = await disk.worker.open(disk.path);
  assert.equal(
    await discardSamples({ ...disk, queue: again, discard: {}, plan: { samples: 5, dividedRows: 0 } }, signal),
    5,
  );
  assert.equal((await ledgerOf(disk.path))['queued'], 0);
});

test('An abort leaves the file as it is, and nothing beside it', async () => {
  await using disk = await createDisk();
  await (await disk.fill([1, 2], [3, 4])).close();
  const abort = new AbortController();
  abort.abort(new Error('enough'));
  await assert.rejects(disk.discard({ isChosen: isOdd }, abort.signal), /enough/);
  assert.deepEqual(await disk.volumes(), [
    [1, 2],
    [3, 4],
  ]);
  assert.deepEqual((await readdir(disk.directory)).sort(), ['queue.sqlite', 'queue.sqlite.lock']);
});

test('A disk without room for a second file leaves the first one as it is', async () => {
  await using disk = await createDisk();
  const queue = await disk.fill([1, 2], [3, 4]);
  const full = new QueueError('disk_full', 'no room', { path: disk.path });
  const worker: QueueWorker = {
    ...disk.worker,
    open: async (path) => ({ ...(await disk.worker.open(path)), commit: () => Promise.reject(full) }),
  };
  const plan = { samples: 2, dividedRows: 2 };
  await assert.rejects(discardSamples({ queue, worker, discard: { isChosen: isOdd }, plan }, signal), full);
  assert.deepEqual(await disk.volumes(), [
    [1, 2],
    [3, 4],
  ]);
  assert.deepEqual((await readdir(disk.directory)).sort(), ['queue.sqlite', 'queue.sqlite.lock']);
});

test('Somebody who opens the queue in the one moment in which it is free keeps what they put there', async () => {
  await using disk = await createDisk();
  const queue = await disk.fill([1, 2]);
  const appends = [{ seq: 2, items: 1, atMs: 2000, payload: packSamples([sampleOf(8)]) }];
  const intruded: DurableQueue = {
    ...queue,
    async close() {
      await queue.close();
      const other = await disk.worker.open(disk.path);
      if (other.opened.rows === 1) {
        await other.commit({ appends, removes: [], counts: { polled: 1 }, limits: withoutLimits });
      }
      await other.close();
    },
  };
  const input = {
    queue: intruded,
    worker: disk.worker,
    discard: { isChosen: isOdd },
    plan: { samples: 1, dividedRows: 1 },
  };
  await assert.rejects(discardSamples(input, signal), { code: 'locked' });
  assert.deepEqual(await disk.volumes(), [[1, 2], [8]]);
});

test('Whatever goes, exactly the others stay, in order, and the ledger adds up', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 6 }), {
        minLength: 1,
        maxLength: 8,
      }),
      fc.uniqueArray(fc.integer({ min: 0, max: 9 })),
      fc.option(fc.integer({ min: 0, max: 9 }), { nil: undefined }),
      async (rows, gone, rowsBefore) => {
        await using disk = await createDisk();
        await (await disk.fill(...rows)).close();
        const discarded = await disk.discard({
          ...(rowsBefore !== undefined && { acceptedBeforeMs: rowsBefore * 1000 }),
          isChosen: ({ volume }) => gone.includes(volume),
        });
        const stays = (index: number, volume: number): boolean =>
          index + 1 >= (rowsBefore ?? Infinity) || !gone.includes(volume);
        const expected = rows.map((volumes, index) => volumes.filter((volume) => stays(index, volume)));
        assert.deepEqual(
          await disk.volumes(),
          expected.filter(({ length }) => length > 0),
        );
        assert.equal(discarded, rows.flat().length - expected.flat().length);
        assert.equal((await ledgerOf(disk.path))['discarded'], discarded);
      },
    ),
    { numRuns: 15 },
  );
});
