import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { createRegistry } from '@nephometer/plugin';
import { exampleSample, exampleSettings } from './example.ts';
import { checkPublisherUrl, createPublisher, publisherFactories } from './registry.ts';
import { createTestPublisher, testPublisherLimit } from './test/test-publisher.ts';

const settings = exampleSettings();
const { signal } = new AbortController();

test('Schemes are unique', () => {
  assert.equal(createRegistry('publisher', publisherFactories, ({ scheme }) => scheme).size, publisherFactories.length);
});

test('An unknown scheme is a problem that names those there are', () => {
  const [problem, ...others] = checkPublisherUrl('consol');
  assert.deepEqual(others, []);
  assert.match(problem ?? '', /^there is no publisher for "consol"; there are publishers for console, .*file, .*test/);
  assert.equal(checkPublisherUrl('/var/log/samples').length, 1);
  assert.deepEqual(checkPublisherUrl('postgres://host/database'), [
    'there is no publisher for "postgres"; write postgresql://',
  ]);
});

test('A publisher with a wrong URL is refused with every problem', () => {
  assert.throws(() => createPublisher('file://host/x?a', settings), {
    code: 'bad_url',
    message: /"host" stands.*no option "a"/,
  });
  assert.throws(() => createPublisher('nowhere://', settings), { code: 'bad_url', message: /"nowhere"/ });
  assert.throws(() => createPublisher('nowhere://user:pass/word@host/p?token=secret', settings), {
    message: /^the publisher nowhere:\/\/host\/p cannot be made/,
  });
  for (const url of [
    'udp ://user:hidden@host',
    'user:hidden@host',
    'no where://user:hid?hidden#hidden@host?x=hidden',
  ]) {
    const [problem = ''] = checkPublisherUrl(url);
    assert.match(problem, /^"[^"]*host" is not a URL/);
    assert.doesNotMatch(problem, /hid/);
  }
});

test('Each publisher comes with a pipeline.yaml whose publishers exist', () => {
  const files = globSync('*/pipeline.yaml', { cwd: import.meta.dirname });
  const urls = files.flatMap((file) => {
    const text = readFileSync(`${import.meta.dirname}/${file}`, 'utf8');
    return [...text.matchAll(/^ +- (\w+:\/\/.*)$/gm)].map(([, url]) => url ?? '');
  });
  assert.deepEqual(
    urls.map((url) => url.slice(0, url.indexOf(':'))).sort(),
    publisherFactories.map(({ scheme }) => scheme).sort(),
  );
  for (const url of urls) assert.deepEqual(checkPublisherUrl(url), [], url);
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
