import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compats } from '@nephometer/sample';
import { exampleSample } from '../example.ts';
import { createMessageSigner } from './message-signer.ts';
import { messageToJson, meteringMessage } from './metering-message.ts';
import { parseMessage, readTestdata, recordedMessages, sampleOf } from './recorded.ts';

// Messages that Ceilometer made of its samples: by running its code, and on their way through RabbitMQ.
const recorded = [
  { file: 'messages-head.jsonl', compat: 'head', secret: 'secret', count: 44 },
  { file: 'messages-19.0.0.jsonl', compat: '19.0.0', secret: 'secret', count: 38 },
  { file: 'messages-wire.jsonl', compat: '19.0.0', secret: 'lab-secret', count: 2 },
] as const;

for (const { file, compat, secret, count } of recorded) {
  const messages = recordedMessages(file);
  const signer = createMessageSigner({ secret, compat });

  test(`A sample gives the message of ${file}, byte for byte, signature included`, () => {
    assert.equal(messages.length, count);
    for (const json of messages) {
      assert.equal(messageToJson(signer.sign(meteringMessage(sampleOf(json), { compat }))), json);
    }
  });

  test(`The signatures of ${file} are right`, () => {
    for (const json of messages) assert.ok(signer.verify(parseMessage(json)), json);
  });
}

interface Vector {
  readonly json: string;
  readonly secret: string;
  readonly signature: string;
  readonly signature_2015?: string;
}

for (const file of ['signatures-head.json', 'signature-vectors.json']) {
  test(`Messages of any kind are signed as Ceilometer signs them: ${file}`, () => {
    for (const { json, secret, signature, signature_2015: early } of JSON.parse(readTestdata(file)) as Vector[]) {
      const message = parseMessage(json);
      const verify = (compat: (typeof compats)[number], message_signature: string) =>
        createMessageSigner({ secret, compat }).verify({ ...message, message_signature });
      assert.ok(verify('head', signature), json);
      assert.ok(verify('19.0.0', signature), json);
      if (early === undefined) continue;
      assert.ok(verify('2015', early), json);
      assert.equal(verify('2015', signature), early === signature, json);
    }
  });
}

const signer = createMessageSigner({ secret: 'secret', compat: 'head' });

test('The signature is the last field, after the host that sends, and covers it', () => {
  const signed = signer.sign(meteringMessage(exampleSample(), { compat: 'head', publisherId: 'compute-1' }));
  assert.deepEqual(Object.keys(signed).slice(-2), ['publisher_id', 'message_signature']);
  assert.ok(signer.verify({ ...signed }));
  assert.ok(!signer.verify({ ...signed, publisher_id: 'compute-2' }));
});

test('Whoever changes, adds or removes anything is found out, and so is another secret', () => {
  const json = recordedMessages('messages-head.jsonl')[0] ?? '';
  const message = parseMessage(json);
  for (const name of Object.keys(message).filter((each) => each !== 'message_signature')) {
    assert.ok(!signer.verify({ ...message, [name]: 'changed' }), name);
    assert.ok(!signer.verify(Object.fromEntries(Object.entries(message).filter(([key]) => key !== name))), name);
  }
  assert.ok(!signer.verify({ ...message, added: 1 }));
  assert.ok(!signer.verify(parseMessage(json.replace('"vcpus": 2', '"vcpus": 2.0'))));
  assert.ok(!createMessageSigner({ secret: 'Secret', compat: 'head' }).verify(message));
});

test('What is no signature is not right', () => {
  const { message_signature: right, ...message } = signer.sign(meteringMessage(exampleSample(), { compat: 'head' }));
  assert.ok(signer.verify({ ...message, message_signature: right }));
  const wrong = ['', 'é'.repeat(32), right.toUpperCase(), `${right}0`, null, 1, [right], {}];
  assert.ok(!signer.verify(message));
  for (const signature of wrong) assert.ok(!signer.verify({ ...message, message_signature: signature }));
});

test('Without a secret the signature is empty, and none is checked', () => {
  for (const compat of compats) {
    const unsigned = createMessageSigner({ secret: '', compat });
    assert.equal(unsigned.sign(meteringMessage(exampleSample(), { compat })).message_signature, '');
    assert.ok(unsigned.verify({ a: 1, message_signature: 'any' }));
  }
});
