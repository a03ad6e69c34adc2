import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { createImageSizes } from './image-sizes.ts';
import type { ImageSizes } from './image-sizes.ts';
import type { ImageStat } from './stat-image.ts';

const never = new AbortController().signal;
/** Long enough for everything that answers. */
const patient = 60_000;

interface Storage {
  readonly sizes: ImageSizes;
  /** Paths in the order in which they were looked at. */
  readonly asked: string[];
  /** From now on what is looked at on this file system waits. */
  hang(fileSystem: number): void;
  /** It answers again; resolves when what waits has been answered. */
  recover(fileSystem: number): Promise<void>;
  /** Questions that wait. */
  readonly stuck: number;
  /** Removes an image, or changes its size. */
  set(path: string, sizeBytes: bigint | undefined): void;
  /** Lets time pass. */
  pass(ms: number): void;
}

/** Images `/NUMBER/NAME` on the file system with that number, each of 1 byte, and the sizes made of them. */
function storage(): Storage {
  const asked: string[] = [];
  const changed = new Map<string, bigint | undefined>();
  const hung = new Map<number, PromiseWithResolvers<void>>();
  let stuck = 0;
  let nowMs = 0;
  const statImage = async (path: string): Promise<ImageStat | undefined> => {
    asked.push(path);
    nowMs++;
    const fileSystem = Number(path.split('/')[1]);
    stuck++;
    await hung.get(fileSystem)?.promise;
    stuck--;
    const sizeBytes = changed.has(path) ? changed.get(path) : 1n;
    if (sizeBytes === undefined) throw new Error('no such file');
    return { sizeBytes, fileSystem };
  };
  const sizes = createImageSizes({ statImage, now: () => nowMs });
  return {
    sizes: {
      read(...args) {
        nowMs++;
        return sizes.read(...args);
      },
    },
    asked,
    hang: (fileSystem) => void hung.set(fileSystem, Promise.withResolvers()),
    async recover(fileSystem) {
      hung.get(fileSystem)?.resolve();
      hung.delete(fileSystem);
      await setImmediate();
    },
    get stuck() {
      return stuck;
    },
    set: (path, sizeBytes) => void changed.set(path, sizeBytes),
    pass(ms) {
      nowMs += ms;
    },
  };
}

/** The names of those whose size is told. */
async function read({ sizes, asked }: Storage, paths: readonly string[], patienceMs = patient): Promise<string[]> {
  asked.length = 0;
  return [...(await sizes.read(new Set(paths), patienceMs, never)).keys()];
}

void test('sizes are read anew each time, and an image that is gone has none', async () => {
  const one = storage();
  const paths = new Set(['/1/a', '/1/b']);
  one.set('/1/a', 7n);
  assert.deepEqual(
    [...(await one.sizes.read(paths, patient, never))],
    [
      ['/1/a', 7n],
      ['/1/b', 1n],
    ],
  );
  one.set('/1/a', 8n);
  one.set('/1/b', undefined);
  assert.deepEqual([...(await one.sizes.read(paths, patient, never))], [['/1/a', 8n]]);
  assert.deepEqual(await one.sizes.read(new Set(), patient, never), new Map());
});

void test('storage that hangs holds a reading once, for its patience, and is left alone until it answers', async () => {
  const one = storage();
  const paths = ['/1/a', '/2/a', '/2/b', '/1/b'];
  assert.deepEqual(await read(one, paths), paths);
  one.hang(2);
  one.set('/1/b', 9n);
  assert.deepEqual(await read(one, paths, 5), paths, 'the last sizes known are told');
  for (let reading = 0; reading < 3; reading++) {
    assert.deepEqual(await read(one, paths), paths);
    assert.deepEqual(new Set(one.asked), new Set(['/1/a', '/1/b']));
    assert.equal(one.stuck, 1);
  }
  assert.equal((await one.sizes.read(new Set(['/1/b']), patient, never)).get('/1/b'), 9n);
  await one.recover(2);
  await read(one, paths);
  assert.deepEqual([new Set(one.asked), one.stuck], [new Set(paths), 0]);
});

void test('two file systems that hang keep two threads and no third one, whatever is read', async () => {
  const one = storage();
  const paths = ['/1/a', '/2/a', '/3/a', '/4/a'];
  await read(one, paths);
  for (const fileSystem of [1, 2, 3]) one.hang(fileSystem);
  await read(one, paths, 5);
  await read(one, paths, 5);
  assert.equal(one.stuck, 2);
  assert.deepEqual([await read(one, [...paths, '/4/new']), one.asked], [paths, []]);
  await one.recover(1);
  await one.recover(2);
  await one.recover(3);
  assert.deepEqual(await read(one, [...paths, '/4/new']), [...paths, '/4/new']);
});

void test('images never seen are looked at one by one too, and not at all while anything hangs', async () => {
  const one = storage();
  await read(one, ['/1/a']);
  one.hang(2);
  assert.deepEqual(await read(one, ['/1/a', '/2/a', '/2/b'], 5), ['/1/a']);
  assert.deepEqual([one.asked, one.stuck], [['/2/a'], 1]);
  assert.deepEqual(await read(one, ['/1/a', '/1/new', '/2/b']), ['/1/a']);
  assert.deepEqual([one.asked, one.stuck], [['/1/a'], 1]);
  await one.recover(2);
  assert.deepEqual(await read(one, ['/1/new', '/2/a', '/2/b']), ['/1/new', '/2/a', '/2/b']);
});

void test('a size that cannot be read anew is told for a quarter of an hour and no longer', async () => {
  const one = storage();
  await read(one, ['/1/a']);
  one.hang(1);
  await read(one, ['/1/a'], 5);
  one.pass(14 * 60_000);
  assert.deepEqual(await read(one, ['/1/a']), ['/1/a']);
  one.pass(60_000);
  assert.deepEqual(await read(one, ['/1/a']), []);
  assert.equal(one.stuck, 1);
  await one.recover(1);
  assert.deepEqual(await read(one, ['/1/a']), ['/1/a']);
});

void test('those that were not reached come first in the next reading', async () => {
  const one = storage();
  const paths = ['/1/a', '/2/b', '/3/c'];
  await read(one, paths);
  await read(one, ['/1/a']);
  await read(one, ['/2/b']);
  await read(one, paths);
  assert.deepEqual(one.asked, ['/3/c', '/1/a', '/2/b']);
});

void test('without time nothing is looked at, and what is known is told', async () => {
  const one = storage();
  await read(one, ['/1/a']);
  assert.deepEqual([await read(one, ['/1/a', '/1/b'], 0), one.asked], [['/1/a'], []]);
  assert.deepEqual([await read(one, ['/1/a', '/1/b'], -5), one.asked], [['/1/a'], []]);
});

void test('readings at the same time look at each image once, and each has all sizes', async () => {
  const one = storage();
  const paths = new Set(['/1/a', '/1/b', '/2/a', '/2/b']);
  const all = await Promise.all(Array.from({ length: 3 }, () => one.sizes.read(paths, patient, never)));
  for (const sizes of all) assert.deepEqual(new Set(sizes.keys()), paths);
  assert.deepEqual(one.asked, [...paths]);
});

void test('who stops waiting gets the reason at once, and the question that hangs is known to the next one', async () => {
  const one = storage();
  one.hang(1);
  const controller = new AbortController();
  const reason = new Error('enough');
  const reading = one.sizes.read(new Set(['/1/a']), patient, controller.signal);
  await setImmediate();
  controller.abort(reason);
  await assert.rejects(reading, reason);
  await assert.rejects(one.sizes.read(new Set(['/1/b']), patient, controller.signal), reason);
  assert.deepEqual(await read(one, ['/1/a', '/1/b']), []);
  assert.equal(one.stuck, 1);
});
