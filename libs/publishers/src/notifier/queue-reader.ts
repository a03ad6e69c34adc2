import { connect } from 'amqplib';
import type { Channel } from 'amqplib';

// What the specs of this folder look at RabbitMQ with.

/** Does something with a channel of its own, on a RabbitMQ of this machine. */
export async function withChannel<T>(port: number, use: (channel: Channel) => Promise<T>): Promise<T> {
  const connection = await connect({ hostname: '127.0.0.1', port });
  try {
    const channel = await connection.createChannel();
    // What it says is said to the call, too.
    channel.on('error', () => undefined);
    return await use(channel);
  } finally {
    await connection.close();
  }
}

/** How many messages wait for the consumers of a topic. */
export function messagesIn(port: number, topic: string): Promise<number> {
  return withChannel(port, async (channel) => (await channel.checkQueue(`${topic}.sample`)).messageCount);
}
