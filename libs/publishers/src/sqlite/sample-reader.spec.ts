import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { formatTimestamp } from '@nephometer/sample';
import type { Sample } from '@nephometer/sample';
import { temporaryDirectory } from '@nephometer/test-kit';
import { exampleCycles } from '../example.ts';
import { openPublisher } from './example.ts';
import { createSampleReader } from './sample-reader.ts';

const { signal } = new AbortController();

test('Samples are read as they were published: by meter, resource and time, the newest up to a limit', async () => {
  await using directory = await temporaryDirectory();
  const path = join(directory.path, 's.db');
  await using publisher = openPublisher(path);
  const cycles = exampleCycles(10, 5);
  for (const samples of cycles) await publisher.publish(samples, signal);
  const reader = createSampleReader(path);
  const all = cycles.flatMap((samples) => samples.toSorted((one, other) => (one.id < other.id ? -1 : 1)));
  const only = (keep: (sample: Sample) => boolean): readonly Sample[] => all.filter(keep);
  const limit = 1000;

  assert.deepEqual(await reader.read({ fromMs: 0, limit }, signal), all);
  assert.deepEqual(await reader.read({ fromMs: 0, limit: 7 }, signal), all.slice(-7));
  assert.deepEqual(
    await reader.read({ meter: 'cpu', fromMs: 0, limit }, signal),
    only(({ name }) => name === 'cpu'),
  );
  assert.deepEqual(
    await reader.read({ resourceId: 'guest-3', fromMs: 0, limit }, signal),
    only(({ resourceId }) => resourceId === 'guest-3'),
  );
  const fromMs = Date.UTC(2026, 0, 2, 3, 5) + 0.5;
  const toMs = fromMs + 2 * 60_000;
  assert.deepEqual(
    await reader.read({ meter: 'cpu_util', resourceId: 'guest-9', fromMs, toMs, limit }, signal),
    only(
      ({ name, resourceId, timestamp }) =>
        name === 'cpu_util' &&
        resourceId === 'guest-9' &&
        timestamp >= formatTimestamp(fromMs) &&
        timestamp < formatTimestamp(toMs),
    ),
  );
  for (const nothing of [{ meter: 'none' }, { resourceId: 'none' }, { fromMs: Date.UTC(2027) }, { limit: -1 }]) {
    assert.deepEqual(await reader.read({ fromMs: 0, limit, ...nothing }, signal), []);
  }
  const [one, other] = await reader.read({ resourceId: 'guest-1', fromMs: 0, limit }, signal);
  assert.equal(one?.resourceMetadata, other?.resourceMetadata);
  await reader.close();
});

test('A file that is not there yet is an error, and is read as soon as it is', async () => {
  await using directory = await temporaryDirectory();
  const path = join(directory.path, 's.db');
  const reader = createSampleReader(path);
  const query = { fromMs: 0, limit: 10_000 };
  await assert.rejects(reader.read(query, signal), { name: 'PublisherError', code: 'open_failed' });
  await using publisher = openPublisher(path);
  const [samples = []] = exampleCycles(1, 1);
  await publisher.publish(samples, signal);
  assert.equal((await reader.read(query, signal)).length, samples.length);
  const reason = new Error('stop');
  await assert.rejects(reader.read(query, AbortSignal.abort(reason)), reason);
  await reader.close();
  await reader.close();
  await assert.rejects(reader.read(query, signal), { code: 'closed' });
});
