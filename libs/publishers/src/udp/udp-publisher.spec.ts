import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { test } from 'node:test';
import { freePort, startProcess } from '@nephometer/test-kit';
import { exampleCycles, exampleSample, exampleSettings } from '../example.ts';
import { receiverCommand, receiverOf } from '../message/receiver.ts';
import { recordedPacks } from '../message/recorded.ts';
import { udpPublisherFactory } from './udp-publisher.ts';

const { signal } = new AbortController();

const startReceiver = async (...options: readonly string[]) =>
  receiverOf(await startProcess(...receiverCommand('udp', ...options)));

test('The samples of ten guests in five cycles arrive in a program with msgpack of Python, all of them and signed', async () => {
  await using receiver = await startReceiver();
  const publisher = udpPublisherFactory.create(`udp://127.0.0.1:${receiver.port}`, exampleSettings());
  const cycles = exampleCycles(10, 5);
  for (const samples of cycles) assert.deepEqual(await publisher.publish(samples, signal), []);
  await publisher.close();
  await receiver.expect(cycles.flat());
});

for (const { compat, cases } of recordedPacks()) {
  test(`Datagrams of ${compat} are Ceilometer's, byte for byte`, async () => {
    await using receiver = await startReceiver();
    const publisher = udpPublisherFactory.create(`udp://127.0.0.1:${receiver.port}`, exampleSettings({ compat }));
    const recorded = cases.filter(({ publisherId }) => publisherId === undefined);
    await publisher.publish(
      recorded.map(({ sample }) => sample),
      signal,
    );
    await publisher.close();
    assert.deepEqual(
      (await receiver.messages(recorded.length)).map(({ packed }) => packed),
      recorded.map(({ packed }) => packed),
    );
  });
}

test('A name that has an address of IPv6 gets datagrams there, and the brackets of one are understood', async () => {
  await using receiver = await startReceiver('::1');
  const publisher = udpPublisherFactory.create(`udp://[::1]:${receiver.port}`, exampleSettings());
  await publisher.publish([exampleSample()], signal);
  await publisher.close();
  await receiver.expect([exampleSample()]);
});

test('A sample that no datagram holds is refused, and the others of the batch arrive', async () => {
  await using receiver = await startReceiver();
  const publisher = udpPublisherFactory.create(`udp://127.0.0.1:${receiver.port}`, exampleSettings());
  const withText = (length: number) => exampleSample({ resourceMetadata: { text: 'x'.repeat(length) } });
  // What a sample takes besides its text; beyond 65,535 the text's own header would grow.
  await publisher.publish([withText(60_000)], signal);
  const [first] = await receiver.messages(1);
  const rest = (first?.packed.length ?? 0) / 2 - 60_000;
  const largest = withText(65_507 - rest);
  const tooLarge = withText(65_508 - rest);
  assert.deepEqual(await publisher.publish([tooLarge, largest, tooLarge], signal), [
    { samples: 2, reason: 'a datagram holds at most 65507 bytes, and cpu of r1 takes 65508' },
  ]);
  await publisher.close();
  await receiver.expect([withText(60_000), largest]);
});

test('A batch that cannot leave fails for now, and says how much of it need not come again', async () => {
  const publisher = udpPublisherFactory.create('udp://nobody.invalid', exampleSettings());
  await assert.rejects(publisher.publish([exampleSample()], signal), {
    code: 'unreachable',
    message: /^udp:\/\/nobody\.invalid:4952: its name is not known/,
    isPermanent: false,
    done: 0,
  });
  // Broadcast, which a socket may not send unless it asks for it.
  const forbidden = udpPublisherFactory.create('udp://255.255.255.255', exampleSettings());
  await assert.rejects(forbidden.publish([exampleSample()], signal), {
    code: 'unreachable',
    message: /does not let us send there \(.*EACCES/,
    isPermanent: false,
  });
  await Promise.all([publisher.close(), forbidden.close()]);
});

test('Nobody who listens is no error, neither then nor when somebody does', async () => {
  const port = await freePort();
  const publisher = udpPublisherFactory.create(`udp://127.0.0.1:${port}`, exampleSettings());
  for (let round = 0; round < 3; round += 1) assert.deepEqual(await publisher.publish([exampleSample()], signal), []);
  const receiver = createSocket('udp4');
  await once(receiver.bind(port, '127.0.0.1'), 'listening');
  const received = once(receiver, 'message');
  assert.deepEqual(await publisher.publish([exampleSample()], signal), []);
  await received;
  receiver.close();
  await publisher.close();
});

test('An abort is heeded, and a closed publisher refuses', async () => {
  const publisher = udpPublisherFactory.create('udp://127.0.0.1', exampleSettings());
  const reason = new Error('stop');
  await assert.rejects(publisher.publish([exampleSample()], AbortSignal.abort(reason)), reason);
  const controller = new AbortController();
  const publishing = publisher.publish([exampleSample()], controller.signal);
  controller.abort(reason);
  await assert.rejects(publishing, reason);
  assert.deepEqual(await publisher.publish([exampleSample()], signal), []);
  // While the name is looked up: no socket is made any more.
  const last = publisher.publish([exampleSample()], signal);
  const rejected = assert.rejects(last, { code: 'closed' });
  await publisher.close();
  await publisher.close();
  await rejected;
  await assert.rejects(publisher.publish([exampleSample()], signal), { code: 'closed' });
});
