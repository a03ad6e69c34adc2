import assert from 'node:assert/strict';
import { jetstreamManager } from '@nats-io/jetstream';
import type { StreamConfig } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import type { Publisher, PublisherSettings } from '@nephometer/plugin';
import { exampleSettings } from '../example.ts';
import { natsPublisherFactory } from './nats-publisher.ts';

// What the specs of this publisher are judged by: NATS's own client.

/** A publisher to a server on this machine; `rest` is the URL from the path on. */
export function publisherTo(port: number, rest = '/ceilometer', settings: Partial<PublisherSettings> = {}): Publisher {
  return publisherOf(`nats://127.0.0.1:${port}${rest}`, settings);
}

/** The publisher of a URL, which must be right. */
export function publisherOf(url: string, settings: Partial<PublisherSettings> = {}): Publisher {
  assert.deepEqual(natsPublisherFactory.validate(url), []);
  return natsPublisherFactory.create(url, exampleSettings(settings));
}

/** A message as it lies in a stream. */
export interface StoredMessage {
  readonly subject: string;
  readonly id: string;
  readonly text: string;
}

/** Everything in a stream, in order. */
export async function readStream(port: number, name = 'ceilometer'): Promise<readonly StoredMessage[]> {
  const client = await connect({ servers: [`127.0.0.1:${port}`] });
  try {
    const { streams } = await jetstreamManager(client);
    const { state } = await streams.info(name);
    const stored: StoredMessage[] = [];
    for (let seq = state.first_seq; seq <= state.last_seq; seq += 1) {
      const message = await streams.getMessage(name, { seq });
      assert.ok(message, `message ${seq} is gone`);
      stored.push({ subject: message.subject, id: message.header.get('Nats-Msg-Id'), text: message.string() });
    }
    return stored;
  } finally {
    await client.close();
  }
}

/** Makes a stream as an operator would. */
export async function addStream(
  port: number,
  config: Partial<StreamConfig> & { readonly name: string },
): Promise<void> {
  const client = await connect({ servers: [`127.0.0.1:${port}`] });
  await (await jetstreamManager(client)).streams.add(config);
  await client.close();
}
