import assert from 'node:assert/strict';
import type { Publisher, PublisherSettings } from '@nephometer/plugin';
import type { Sample } from '@nephometer/sample';
import { exampleSettings } from '../example.ts';
import { createMessageSigner } from '../message/message-signer.ts';
import { messageToJson, meteringMessage } from '../message/metering-message.ts';
import { kafkaPublisherFactory } from './kafka-publisher.ts';

// What the specs of this publisher are judged by: what another client reads.

/** The topic of the specs. */
export const topic = 'samples';

/** A message as it is read; the test kit's, which only specs may import. */
export interface ReadRecord {
  readonly partition: number;
  readonly key: string;
  readonly payload: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** A publisher to these brokers; `options` are those of the URL after the topic, with their `&`. */
export function publisherTo(
  brokers: readonly string[],
  options = '',
  settings: Partial<PublisherSettings> = {},
): Publisher {
  const url = `kafka://${brokers.join(',')}?topic=${topic}${options}`;
  assert.deepEqual(kafkaPublisherFactory.validate(url), []);
  return kafkaPublisherFactory.create(url, exampleSettings(settings));
}

/** The message of a sample, as it lies in the topic. */
export function payloadOf(sample: Sample, compat: PublisherSettings['compat'] = 'head'): string {
  const signer = createMessageSigner({ secret: 'secret', compat });
  return messageToJson(signer.sign(meteringMessage(sample, { compat })));
}

/** Fails unless the records are these samples and no others, those of a resource in order and in one partition. */
export function expectSamples(records: readonly ReadRecord[], samples: readonly Sample[]): void {
  assert.equal(records.length, samples.length);
  const keys = Map.groupBy(records, ({ key }) => key);
  for (const [resource, expected] of Map.groupBy(samples, ({ resourceId }) => resourceId)) {
    const found = keys.get(resource) ?? [];
    assert.deepEqual(
      found.map(({ payload, headers }) => ({ payload, headers })),
      expected.map((sample) => ({
        payload: payloadOf(sample),
        headers: { message_id: sample.id, 'content-type': 'application/json' },
      })),
    );
    assert.equal(new Set(found.map(({ partition }) => partition)).size, 1);
  }
}
