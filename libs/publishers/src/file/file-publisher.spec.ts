import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { appendFile, mkdir, mkdtempDisposable, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Publisher } from '@nephometer/plugin';
import type { Compat } from '@nephometer/sample';
import { exampleSample, fromPython, exampleSettings } from '../example.ts';
import type { PythonSample } from '../example.ts';
import { recordedRequests } from '../recorded-requests.ts';
import { filePublisherFactory } from './file-publisher.ts';

const { signal } = new AbortController();

/** A publisher to `samples` in a directory of its own; both go at the end. */
async function setUp(query = '?json', compat: Compat = 'head') {
  const directory = await mkdtempDisposable(join(tmpdir(), 'nephometer-file-'));
  const path = join(directory.path, 'samples');
  const publishers: Publisher[] = [];
  const create = (): Publisher => {
    const publisher = filePublisherFactory.create(`file://${path}${query}`, exampleSettings({ compat }));
    publishers.push(publisher);
    return publisher;
  };
  return {
    path,
    directory: directory.path,
    create,
    publisher: create(),
    text: () => readFile(path, 'utf8'),
    async [Symbol.asyncDispose]() {
      await Promise.all(publishers.map((publisher) => publisher.close()));
      await directory.remove();
    },
  };
}

const sampleOf = (volume: number) => exampleSample({ volume });

/** The volumes of the lines of a JSON file, in order. */
async function volumesIn(path: string): Promise<readonly number[]> {
  const text = await readFile(path, 'utf8');
  assert.ok(text === '' || text.endsWith('\n'));
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => (JSON.parse(line) as { volume: number }).volume);
}

test('Samples are lines as Ceilometer writes them, in both formats', async () => {
  const recorded = JSON.parse(readFileSync(new URL('../../testdata/python.json', import.meta.url), 'utf8')) as {
    readonly samples: readonly { readonly sample: PythonSample; readonly json: string; readonly python: string }[];
  };
  const { samples } = recorded;
  for (const format of ['json', 'python'] as const) {
    await using file = await setUp(format === 'json' ? '?json' : '');
    await file.publisher.publish(
      samples.map(({ sample }) => fromPython(sample)),
      signal,
    );
    assert.equal(await file.text(), samples.map((sample) => `${sample[format]}\n`).join(''));
  }
});

for (const compat of ['head', '19.0.0'] as const) {
  test(`A line is what Ceilometer says of the sample over HTTP: ${compat}`, async () => {
    const { samples, requestsOf } = recordedRequests(compat);
    const [recorded] = requestsOf('http://h:80/path?timeout=1&max_retries=2');
    const { length: count } = JSON.parse(recorded?.body ?? '[]') as unknown[];
    assert.ok(count > 0);
    await using file = await setUp('?json', compat);
    await file.publisher.publish(samples.slice(0, count), signal);
    assert.equal(`[${(await file.text()).trimEnd().replaceAll('\n', ', ')}]`, recorded?.body);
  });
}

test('The fields are those of the version, in both formats', async () => {
  const sample = exampleSample({ volume: 5, userName: 'U', projectId: null, projectName: 'P' });
  const json = (names: readonly string[], end: string) =>
    `{"name": "cpu", "type": "cumulative", "unit": "ns", "volume": 5, "user_id": "u1"${names[0]}, "project_id": null${names[1]}` +
    ', "resource_id": "r1", "timestamp": "2026-01-02T03:04:05.678901", "resource_metadata": {}, "source": "openstack"' +
    `, "id": "${sample.id}"${end}}\n`;
  const table = [
    ['2015', json(['', ''], '')],
    ['19.0.0', json(['', ''], ', "monotonic_time": 5.5')],
    ['head', json([', "user_name": "U"', ', "project_name": "P"'], ', "monotonic_time": 5.5')],
  ] as const;
  for (const [compat, line] of table) {
    await using inJson = await setUp('?json', compat);
    await using inPython = await setUp('', compat);
    await inJson.publisher.publish([sample], signal);
    await inPython.publisher.publish([sample], signal);
    assert.equal(await inJson.text(), line);
    assert.equal(await inPython.text(), line.replaceAll('"', "'").replaceAll('null', 'None'));
  }
});

test('Text beyond ASCII is UTF-8', async () => {
  await using file = await setUp('');
  await file.publisher.publish([exampleSample({ resourceMetadata: { name: 'wéb-世' } })], signal);
  assert.match(await file.text(), /\{'name': 'wéb-世'\}/);
});

test('Each call appends, and so does a later publisher', async () => {
  await using file = await setUp();
  await file.publisher.publish([sampleOf(1), sampleOf(2)], signal);
  await file.publisher.publish([], signal);
  await file.publisher.publish([sampleOf(3)], signal);
  await file.publisher.close();
  await file.create().publish([sampleOf(4)], signal);
  assert.deepEqual(await volumesIn(file.path), [1, 2, 3, 4]);
});

test('Many samples arrive whole and in order, over all files, also where a line is longer than what is written at once', async () => {
  const volumes = Array.from({ length: 5000 }, (_, index) => index);
  const long = { name: 'é'.repeat(1_000_000) };
  const samples = volumes.map((volume) =>
    exampleSample({ volume, ...(volume === 2500 && { resourceMetadata: long, name: 'é' }) }),
  );
  for (const query of ['?json', '?json&max_bytes=1500000&backup_count=9']) {
    await using file = await setUp(query);
    await file.publisher.publish(samples, signal);
    const names = (await readdir(file.directory)).sort().reverse();
    const found = await Promise.all(names.map((name) => volumesIn(join(file.directory, name))));
    assert.deepEqual(found.flat(), volumes);
  }
});

test('A half line that was left behind is ended before the next sample', async () => {
  await using file = await setUp();
  await writeFile(file.path, '{"name": "cp');
  await file.publisher.publish([sampleOf(1)], signal);
  const lines = (await file.text()).split('\n');
  assert.deepEqual([lines[0], lines.length], ['{"name": "cp', 3]);
});

test('A file is rotated before it would reach its size, and only so many old ones stay', async () => {
  await using file = await setUp('?json&max_bytes=900&backup_count=2');
  await file.publisher.publish([1, 2, 3, 4, 5, 6, 7].map(sampleOf), signal);
  await file.publisher.publish([sampleOf(8)], signal);
  assert.deepEqual((await readdir(file.directory)).sort(), ['samples', 'samples.1', 'samples.2']);
  const found = await Promise.all(['.2', '.1', ''].map((suffix) => volumesIn(file.path + suffix)));
  const size = Buffer.byteLength(await file.text()) / (found[2]?.length ?? 1);
  assert.ok(2 * size < 900 && 3 * size >= 900);
  assert.deepEqual(found, [
    [3, 4],
    [5, 6],
    [7, 8],
  ]);
});

test('A line longer than the limit gets a file of its own, and an empty file is not rotated', async () => {
  await using file = await setUp('?json&max_bytes=10&backup_count=5');
  await file.publisher.publish([1, 2].map(sampleOf), signal);
  assert.deepEqual((await readdir(file.directory)).sort(), ['samples', 'samples.1']);
});

test('Calls at the same time follow each other, and closing waits for the one that is at work', async () => {
  await using file = await setUp('?json&max_bytes=40000&backup_count=99');
  const volumes = Array.from({ length: 4000 }, (_, index) => index);
  const calls = [0, 1000, 2000, 3000].map((start) =>
    file.publisher.publish(volumes.slice(start, start + 1000).map(sampleOf), signal),
  );
  await Promise.all(calls.slice(0, 3));
  const last = assert.rejects(calls[3] ?? Promise.resolve(), { code: 'closed' }).catch(() => calls[3]);
  await file.publisher.close();
  await last;
  const names = await readdir(file.directory);
  const found = await Promise.all(names.map((name) => volumesIn(join(file.directory, name))));
  const sorted = found.flat().sort((one, other) => one - other);
  assert.deepEqual(sorted, volumes.slice(0, sorted.length));
  assert.ok([3000, 4000].includes(sorted.length));
});

test('What was in the file before counts for its size', async () => {
  await using file = await setUp('?json&max_bytes=900&backup_count=1');
  await file.publisher.publish([1, 2].map(sampleOf), signal);
  await file.create().publish([sampleOf(3)], signal);
  assert.deepEqual(await volumesIn(`${file.path}.1`), [1, 2]);
  assert.deepEqual(await volumesIn(file.path), [3]);
});

test('When the file is moved away a new one begins', async () => {
  await using file = await setUp();
  await file.publisher.publish([sampleOf(1)], signal);
  await rename(file.path, `${file.path}.old`);
  await file.publisher.publish([sampleOf(2)], signal);
  assert.deepEqual(await volumesIn(`${file.path}.old`), [1]);
  assert.deepEqual(await volumesIn(file.path), [2]);
});

test('When somebody else appends too, nothing of either is lost', async () => {
  await using file = await setUp();
  await file.publisher.publish([sampleOf(1)], signal);
  await appendFile(file.path, '{"volume": 2}\n');
  await file.publisher.publish([sampleOf(3)], signal);
  assert.deepEqual(await volumesIn(file.path), [1, 2, 3]);
});

test('A missing directory is said, and the samples after its return are written', async () => {
  await using file = await setUp();
  const path = join(file.directory, 'sub', 'samples');
  const publisher = filePublisherFactory.create(`file://${path}?json`, exampleSettings());
  await assert.rejects(publisher.publish([sampleOf(1)], signal), {
    code: 'open_failed',
    message: `cannot open ${path}: its directory does not exist; create it`,
  });
  await mkdir(join(file.directory, 'sub'));
  await publisher.publish([sampleOf(2)], signal);
  await publisher.close();
  assert.deepEqual(await volumesIn(path), [2]);
});

test('A directory in place of the file is said', async () => {
  await using file = await setUp();
  await mkdir(file.path);
  await assert.rejects(file.publisher.publish([sampleOf(1)], signal), {
    code: 'open_failed',
    message: /is a directory/,
  });
});

test('A full device is said each time, never taken for delivered', async () => {
  const publisher = filePublisherFactory.create(
    'file:///dev/full?json&max_bytes=900&backup_count=1',
    exampleSettings(),
  );
  for (const volume of [1, 2]) {
    await assert.rejects(publisher.publish([sampleOf(volume)], signal), {
      code: 'write_failed',
      message: /cannot write to \/dev\/full: ENOSPC/,
    });
  }
  await publisher.close();
});

test('A write that ends half-way leaves no half line', async () => {
  await using file = await setUp();
  await file.publisher.publish([sampleOf(1)], signal);
  // A process of its own, that may write files of 1 KiB at most.
  const script = `
    import { filePublisherFactory } from ${JSON.stringify(new URL('file-publisher.ts', import.meta.url).href)};
    import { exampleSample, exampleSettings } from ${JSON.stringify(new URL('../example.ts', import.meta.url).href)};
    const publisher = filePublisherFactory.create(${JSON.stringify(`file://${file.path}?json`)}, exampleSettings());
    const samples = [2, 3, 4, 5, 6, 7, 8, 9].map((volume) => exampleSample({ volume }));
    const error = await publisher.publish(samples, new AbortController().signal).catch((reason) => reason);
    process.stdout.write(error.code + ' ' + error.cause.code);`;
  // Shells count the limit in blocks of 512 or 1024 bytes; eight lines have more than two of either.
  const output = execFileSync(
    'sh',
    ['-c', 'ulimit -f 2; exec "$0" --input-type=module -e "$1"', process.execPath, script],
    {
      encoding: 'utf8',
    },
  );
  assert.equal(output, 'write_failed EFBIG');
  assert.deepEqual(await volumesIn(file.path), [1]);
});

test('An abort is heeded before anything is written', async () => {
  await using file = await setUp();
  const reason = new Error('stop');
  await assert.rejects(file.publisher.publish([sampleOf(1)], AbortSignal.abort(reason)), reason);
  assert.deepEqual(await readdir(file.directory), []);
});

test('A closed publisher refuses', async () => {
  await using file = await setUp();
  await file.publisher.close();
  await file.publisher.close();
  await assert.rejects(file.publisher.publish([sampleOf(1)], signal), { code: 'closed' });
});
