import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { getEventListeners, once } from 'node:events';
import { PassThrough, Writable } from 'node:stream';
import { test } from 'node:test';
import { sampleToJson } from '@nephometer/sample';
import { exampleSample, exampleSettings } from '../example.ts';
import { consolePublisherFactory } from './console-publisher.ts';

const { signal } = new AbortController();

function setUp(url: string) {
  const stdout = new PassThrough();
  stdout.setEncoding('utf8');
  return { stdout, publisher: consolePublisherFactory.create(url, exampleSettings({ stdout })) };
}

test('The table has its columns under each other, and the head again when one has grown', async () => {
  const { stdout, publisher } = setUp('console://');
  const web = { display_name: 'web-1', name: 'instance-0000002a' };
  await publisher.publish(
    [
      exampleSample({ volume: 33000, resourceMetadata: web }),
      exampleSample({ name: 'memory.usage', unit: 'MiB', volume: 294.921875123, resourceMetadata: { name: 'vm2' } }),
    ],
    signal,
  );
  await publisher.publish([exampleSample({ volume: 7, unit: '' })], signal);
  await publisher.publish([exampleSample({ resourceId: 'longer-resource' })], signal);
  assert.deepEqual(String(stdout.read()).split('\n'), [
    'TIME                 INSTANCE  METER           VOLUME  UNIT  RESOURCE',
    '2026-01-02 03:04:05  web-1     cpu              33000  ns    r1',
    '2026-01-02 03:04:05  vm2       memory.usage  294.9219  MiB   r1',
    '2026-01-02 03:04:05  -         cpu                  7        r1',
    'TIME                 INSTANCE  METER           VOLUME  UNIT  RESOURCE',
    '2026-01-02 03:04:05  -         cpu                  5  ns    longer-resource',
    '',
  ]);
});

test('A name cannot move the cursor or pretend to be another line', async () => {
  const { stdout, publisher } = setUp('console://');
  await publisher.publish([exampleSample({ resourceMetadata: { display_name: 'a\nb\u001b[2Jc\u202e' } })], signal);
  const lines = String(stdout.read()).split('\n');
  assert.equal(lines.length, 3);
  assert.match(lines[1] ?? '', / a\ufffdb\ufffd\[2Jc\ufffd {2}cpu /);
});

test('With json each sample is a line of JSON', async () => {
  const { stdout, publisher } = setUp('console://?json');
  const samples = [1, 2, 3].map((volume) => exampleSample({ volume }));
  await publisher.publish(samples, signal);
  assert.equal(stdout.read(), samples.map((sample) => `${sampleToJson(sample)}\n`).join(''));
});

test('No samples are no output', async () => {
  const { stdout, publisher } = setUp('console://');
  await publisher.publish([], signal);
  assert.equal(stdout.read(), null);
});

test('A slow reader holds the publisher back', async () => {
  const writes: (() => void)[] = [];
  const stdout = new Writable({ highWaterMark: 1, write: (_chunk, _encoding, done) => writes.push(done) });
  const publisher = consolePublisherFactory.create('console://?json', exampleSettings({ stdout }));
  let done = false;
  const call = publisher
    .publish(
      Array.from({ length: 1200 }, () => exampleSample()),
      signal,
    )
    .then(() => (done = true));
  for (let write = 0; write < 3; write += 1) {
    while (writes.length <= write) await Promise.resolve();
    assert.equal(done, false);
    assert.equal(writes.length, write + 1);
    writes[write]?.();
  }
  await call;
});

test('A caller that gives up does not wait for a reader that has stopped', async () => {
  const stdout = new Writable({ write: () => {} });
  const publisher = consolePublisherFactory.create('console://', exampleSettings({ stdout }));
  const caller = new AbortController();
  const call = publisher.publish([exampleSample()], caller.signal);
  caller.abort(new Error('too late'));
  await assert.rejects(call, /too late/);
  assert.deepEqual(getEventListeners(caller.signal, 'abort'), []);
  await publisher.close();
});

test('A reader that is gone is an error with a name, not the end of the process', async () => {
  const reader = spawn('head', ['-n', '1'], { stdio: ['pipe', 'pipe', 'inherit'] });
  const publisher = consolePublisherFactory.create('console://?json', exampleSettings({ stdout: reader.stdin }));
  const samples = Array.from({ length: 5000 }, () => exampleSample());
  const gone = once(reader, 'close');
  reader.stdout.resume();
  await assert.rejects(publisher.publish(samples, signal), { code: 'reader_gone' });
  await assert.rejects(publisher.publish(samples, signal), { code: 'reader_gone' });
  await gone;
  await publisher.close();
});

test('A stream that breaks while it is written to is said, and again afterwards', async () => {
  const stdout = new Writable({
    write: (_chunk, _encoding, done) => done(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' })),
  });
  const publisher = consolePublisherFactory.create('console://', exampleSettings({ stdout }));
  for (let call = 0; call < 2; call += 1) {
    await assert.rejects(publisher.publish([exampleSample()], signal), { code: 'reader_gone' });
  }
  await publisher.close();
  assert.equal(stdout.listenerCount('error'), 0);
  await assert.rejects(publisher.publish([exampleSample()], signal), { code: 'closed' });
});

test('Another failure of the stream is said as such', async () => {
  const stdout = new Writable({
    write: (_chunk, _encoding, done) => done(Object.assign(new Error('no space'), { code: 'ENOSPC' })),
  });
  const publisher = consolePublisherFactory.create('console://', exampleSettings({ stdout }));
  await assert.rejects(publisher.publish([exampleSample()], signal), { code: 'write_failed', message: /no space/ });
  await publisher.close();
});

test('A host, a path and an unknown option are each a problem', () => {
  assert.deepEqual(consolePublisherFactory.validate('console://?json'), []);
  assert.deepEqual(consolePublisherFactory.validate('console'), []);
  assert.equal(consolePublisherFactory.validate('console://out/x?color').length, 2);
});
