import assert from 'node:assert/strict';
import { test } from 'node:test';
import { exampleCycles, exampleSample } from '../example.ts';
import { createMessageSigner } from '../message/message-signer.ts';
import { meteringMessage } from '../message/metering-message.ts';
import { readTestdata, recordedMessages, sampleOf } from '../message/recorded.ts';
import { createNotifications } from './notification.ts';
import type { NotificationSettings } from './notification.ts';

const settings: NotificationSettings = {
  format: 'metering',
  topics: ['metering'],
  isPerMeter: false,
  hostName: 'lab-compute-1',
  nowMs: Date.UTC(2026, 10, 22, 15, 31, 46, 124),
};

const signer = createMessageSigner({ secret: 'lab-secret', compat: '19.0.0' });
const signed = (sample: Parameters<typeof meteringMessage>[0]) =>
  signer.sign(meteringMessage(sample, { compat: '19.0.0' }));

/** A body with what is random in Ceilometer, and the time, made equal. */
function withoutChance(body: string): string {
  return body
    .replace(/(\{\\"message_id\\": \\")[0-9a-f-]{36}\\"/, '$1ID\\"')
    .replace(
      /(\\"timestamp\\": \\")[-0-9]{10} [0-9:]{8}\.\d{6}(\\", \\"_unique_id\\": \\")[0-9a-f]{32}\\"/,
      '$1TIME$2ID\\"',
    );
}

interface Recorded {
  readonly body: string;
  readonly publish: { readonly 'routing-key': string };
}

const recorded = JSON.parse(readTestdata('notifications-wire.json')) as Record<'metering' | 'polling', Recorded>;

for (const format of ['metering', 'polling'] as const) {
  test(`A notification of the format ${format} is what Ceilometer sent, byte for byte but for ids and time`, () => {
    const { body, publish } = recorded[format];
    const message = recordedMessages('messages-wire.jsonl').find((each) => body.includes(sampleOf(each).id));
    assert.ok(message);
    const topics = [format === 'metering' ? 'metering' : 'notifications'];
    const [made, ...others] = createNotifications([signed(sampleOf(message))], { ...settings, format, topics });
    assert.deepEqual(others, []);
    assert.equal(made?.routingKey, publish['routing-key']);
    assert.equal(withoutChance(made.body.toString('utf8')), withoutChance(body));
    assert.match(withoutChance(body), /"ID\\".*TIME.*"ID\\"/);
  });
}

interface Inner {
  readonly message_id: string;
  readonly event_type: string;
  readonly payload: readonly { readonly counter_name: string; readonly message_id: string }[];
  readonly _unique_id: string;
}

const innerOf = (body: Buffer): Inner => {
  const outer = JSON.parse(body.toString('utf8')) as { readonly 'oslo.message': string };
  return JSON.parse(outer['oslo.message']) as Inner;
};

const batch = exampleCycles(3, 1).flat().map(signed);
const [other] = exampleCycles(1, 2).flat().slice(-1).map(signed);

test('The same samples have the same ids at any time, others have others, and a queue has its own', () => {
  const ids = (messages: typeof batch, nowMs: number) =>
    createNotifications(messages, { ...settings, topics: ['a', 'b'], nowMs }).map(({ id, body, routingKey }) => {
      const { message_id: messageId, _unique_id: uniqueId } = innerOf(body);
      return { id, messageId, uniqueId, routingKey };
    });
  const first = ids(batch, 0);
  assert.deepEqual(ids(batch, 1e12), first);
  const [a, b] = first;
  assert.ok(a && b && other);
  assert.deepEqual([a.routingKey, b.routingKey], ['a.sample', 'b.sample']);
  assert.equal(a.messageId, b.messageId);
  assert.notEqual(a.id, b.id);
  const [different] = ids([...batch.slice(1), other], 0);
  const all = [a.id, b.id, a.messageId, different?.id, different?.messageId];
  assert.equal(new Set(all).size, all.length);
  for (const id of all) assert.match(id ?? '', /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  assert.deepEqual(
    first.map(({ id }) => id.replaceAll('-', '')),
    first.map(({ uniqueId }) => uniqueId),
  );
});

test('If asked for, each meter has a notification of its own after that of all, by name and to each topic', () => {
  const made = createNotifications(batch, { ...settings, topics: ['a', 'b'], isPerMeter: true });
  const all = batch.map(({ message_id: id }) => id);
  const names = [...new Set(batch.map(({ counter_name: name }) => name))].sort();
  assert.deepEqual(
    made.map(({ body, routingKey }) => {
      const { event_type: type, payload } = innerOf(body);
      return [routingKey, type, payload.map(({ message_id: id }) => id)];
    }),
    [
      ['a.sample', 'metering', all],
      ['b.sample', 'metering', all],
      ...names.flatMap((name) => {
        const ids = batch.filter((each) => each.counter_name === name).map(({ message_id: id }) => id);
        return ['a', 'b'].map((topic) => [`${topic}.sample`, `metering.${name}`, ids]);
      }),
    ],
  );
  assert.equal(new Set(made.map(({ id }) => id)).size, made.length);
});

test('Meters have their notifications in the order in which Python sorts their names', () => {
  const names = ['a\u{1f5a5}', 'a\uff5e', 'a'];
  const messages = names.map((name) => signed(exampleSample({ name })));
  const [, ...perMeter] = createNotifications(messages, { ...settings, isPerMeter: true });
  assert.deepEqual(
    perMeter.map(({ body }) => innerOf(body).event_type),
    ['metering.a', 'metering.a\uff5e', 'metering.a\u{1f5a5}'],
  );
});

test('Texts of any kind come through both layers of JSON', () => {
  const name = 'a"b\\c\n\u007f\u2028é世🖥';
  const [made] = createNotifications([signed(exampleSample({ resourceMetadata: { name } }))], settings);
  assert.ok(made);
  assert.match(made.body.toString('latin1'), /^[ -~]*$/);
  const [sample] = innerOf(made.body).payload as unknown as readonly { readonly resource_metadata: object }[];
  assert.deepEqual(sample?.resource_metadata, { name });
});
