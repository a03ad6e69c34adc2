import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import { createRegistry } from '@nephometer/plugin';
import { exampleSample } from './example.ts';
import { checkPublisherUrl, createPublisher, publisherFactories } from './registry.ts';
import { createTestPublisher, testPublisherLimit } from './test/test-publisher.ts';

const settings = { stdout: new PassThrough() };
const { signal } = new AbortController();

test('Schemes are unique', () => {
  assert.equal(createRegistry('publisher', publisherFactories, ({ scheme }) => scheme).size, 3);
});

test('An unknown scheme is a problem that names those there are', () => {
  assert.deepEqual(checkPublisherUrl('consol'), [
    'there is no publisher for "consol"; there are publishers for console, file, test',
  ]);
  assert.equal(checkPublisherUrl('/var/log/samples').length, 1);
});

test('A publisher with a wrong URL is refused with every problem', () => {
  assert.throws(() => createPublisher('file://host/x?a', settings), {
    code: 'bad_url',
    message: /"host" stands.*no option "a"/,
  });
  assert.throws(() => createPublisher('nowhere://', settings), { code: 'bad_url', message: /"nowhere"/ });
});

test('Each publisher comes with a pipeline.yaml whose publishers exist', () => {
  const files = globSync('*/pipeline.yaml', { cwd: import.meta.dirname });
  assert.equal(files.length, publisherFactories.length);
  for (const file of files) {
    const text = readFileSync(`${import.meta.dirname}/${file}`, 'utf8');
    const urls = [...text.matchAll(/^ +- (\w+:\/\/.*)$/gm)].map(([, url]) => url ?? '');
    assert.equal(urls.length, 1);
    assert.deepEqual(
      urls.flatMap((url) => checkPublisherUrl(url)),
      [],
    );
  }
});

test('The test publisher keeps the last samples, counts its calls and refuses after it is closed', async () => {
  const publisher = createTestPublisher();
  const samples = Array.from({ length: testPublisherLimit }, (_, volume) => exampleSample({ volume }));
  await publisher.publish(samples, signal);
  await publisher.publish([exampleSample({ volume: -1 })], signal);
  assert.equal(publisher.calls, 2);
  assert.equal(publisher.samples.length, testPublisherLimit);
  assert.deepEqual([publisher.samples[0]?.volume, publisher.samples.at(-1)?.volume], [1, -1]);
  const reason = new Error('stop');
  await assert.rejects(publisher.publish(samples, AbortSignal.abort(reason)), reason);
  await publisher.close();
  await publisher.close();
  await assert.rejects(publisher.publish(samples, signal), { code: 'closed' });
  assert.equal(publisher.calls, 2);
});

test('The test publisher takes no options', () => {
  assert.deepEqual(checkPublisherUrl('test'), []);
  assert.equal(checkPublisherUrl('test://?x').length, 1);
});
