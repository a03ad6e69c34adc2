import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { createLogger } from '@nephometer/service';
import type { Parsed } from '@nephometer/service';
import { temporaryDirectory } from '@nephometer/test-kit';
import { stampFiles } from './file-stamps.ts';
import { watchConfiguration } from './reload.ts';

interface Watched {
  readonly log: string[];
  /** Looks at the files once. */
  readonly look: () => Promise<void>;
  readonly request: () => void;
}

/** Watches one file, of which everything is a configuration but `bad`. */
async function watch(file: string): Promise<Watched> {
  const log: string[] = [];
  let request = (): void => undefined;
  let due = Promise.withResolvers<void>();
  let looked = Promise.withResolvers<void>();
  async function* times(): AsyncGenerator {
    for (;;) {
      looked.resolve();
      await due.promise;
      due = Promise.withResolvers();
      yield undefined;
    }
  }
  const load = async (): Promise<Parsed<string>> => {
    const text = await readFile(file, 'utf8');
    if (text !== 'bad') return { ok: true, value: text, warnings: [] };
    return { ok: false, problems: [{ file, path: 'x', message: 'is bad' }], warnings: [] };
  };
  const settings = {
    files: [file],
    stamp: await stampFiles([file]),
    load,
    apply: async (text: string) => log.push(`applied ${text}`) > 0,
    onRequest: (listener: () => void) => (request = listener),
    onReload: (result: string) => log.push(result),
    logger: createLogger({ name: 'test', destination: { write: () => undefined } }),
  };
  watchConfiguration(settings, new AbortController().signal, times()).catch(() => undefined);
  await looked.promise;
  return {
    log,
    look: async () => {
      looked = Promise.withResolvers();
      due.resolve();
      await looked.promise;
    },
    request: () => request(),
  };
}

test('a file that has changed is read once it has stayed as it is for a while', async () => {
  await using directory = await temporaryDirectory();
  const file = join(directory.path, 'a.yaml');
  await writeFile(file, 'one');
  const { log, look } = await watch(file);
  await look();
  await writeFile(file, 'two, half');
  await look();
  assert.deepEqual(log, [], 'it may still be being written');
  await writeFile(file, 'two, whole');
  await look();
  assert.deepEqual(log, []);
  await look();
  await look();
  assert.deepEqual(log, ['applied two, whole', 'applied']);
});

test('a bad file is refused once, and a request reads it again', async () => {
  await using directory = await temporaryDirectory();
  const file = join(directory.path, 'a.yaml');
  await writeFile(file, 'one');
  const { log, look, request } = await watch(file);
  await writeFile(file, 'bad');
  for (let times = 0; times < 4; times++) await look();
  assert.deepEqual(log, ['refused']);
  request();
  await look();
  assert.deepEqual(log, ['refused', 'refused']);
  await writeFile(file, 'good');
  for (let times = 0; times < 2; times++) await look();
  assert.deepEqual(log.slice(2), ['applied good', 'applied']);
});

test('a file that comes or goes is a change', async () => {
  await using directory = await temporaryDirectory();
  const file = join(directory.path, 'a.yaml');
  const other = join(directory.path, 'b.yaml');
  await writeFile(file, 'one');
  const before = await stampFiles([file, other]);
  await writeFile(other, 'two');
  assert.notEqual(await stampFiles([file, other]), before);
});
