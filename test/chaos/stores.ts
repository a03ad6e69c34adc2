import assert from 'node:assert/strict';
import { connect } from 'amqplib';
import type { Sample } from '@nephometer/sample';
import { startGnocchi, startPrometheus, startRabbitmq } from '@nephometer/test-kit';

/** Somewhere samples go, that can be away. */
export interface Store extends AsyncDisposable {
  readonly scheme: string;
  /** Of the publisher. */
  readonly url: string;
  stop(): Promise<void>;
  start(): Promise<void>;
  /** Asserts that these samples are there, and what else can be asked of what is there. Stops nothing. */
  check(accepted: readonly Sample[]): Promise<void>;
}

/** What a message on the bus says. */
interface Message {
  readonly message_id: string;
  readonly counter_name: string;
  readonly counter_volume: number;
  readonly resource_id: string;
  readonly timestamp: string;
}

/** A RabbitMQ whose queue outlives it; nobody reads it before the check. */
export async function startBus(options: string): Promise<Store> {
  const rabbit = await startRabbitmq();
  return {
    scheme: 'notifier',
    url: `notifier://guest:guest@127.0.0.1:${rabbit.port}?amqp_durable_queues=true&${options}`,
    stop: () => rabbit.stop(),
    start: () => rabbit.start(),
    async check(accepted) {
      const messages = await drain(rabbit.port);
      const first = new Map<string, Message>();
      const latest = new Map<string, string>();
      for (const message of messages) {
        const known = first.get(message.message_id);
        // A second time only with the same id, and then it says the same.
        if (known !== undefined) {
          assert.deepEqual(message, known);
          continue;
        }
        first.set(message.message_id, message);
        const series = `${message.counter_name} ${message.resource_id}`;
        assert.ok((latest.get(series) ?? '') < message.timestamp, `${series} is out of order at ${message.timestamp}`);
        latest.set(series, message.timestamp);
      }
      for (const { id, name, volume, resourceId, timestamp } of accepted) {
        const { counter_name, counter_volume, resource_id, timestamp: at } = first.get(id) ?? ({} as Partial<Message>);
        assert.deepEqual([counter_name, counter_volume, resource_id, at], [name, volume, resourceId, timestamp], id);
      }
    },
    [Symbol.asyncDispose]: () => rabbit[Symbol.asyncDispose](),
  };
}

/** All samples on the bus, in order. */
async function drain(port: number): Promise<readonly Message[]> {
  const connection = await connect(`amqp://guest:guest@127.0.0.1:${port}`);
  try {
    const channel = await connection.createChannel();
    const messages: Message[] = [];
    for (;;) {
      const message = await channel.get('metering.sample', { noAck: true });
      if (message === false) return messages;
      const { 'oslo.message': text } = JSON.parse(message.content.toString()) as { readonly 'oslo.message': string };
      messages.push(...(JSON.parse(text) as { readonly payload: readonly Message[] }).payload);
    }
  } finally {
    await connection.close();
  }
}

/** A Prometheus that is written to; it keeps one value for a series and a time. */
export async function startReceiver(options: string): Promise<Store> {
  const prometheus = await startPrometheus();
  return {
    scheme: 'remotewrite',
    url: `remotewrite://127.0.0.1:${prometheus.port}/api/v1/write?${options}`,
    stop: () => prometheus.kill(),
    start: () => prometheus.start(),
    async check(accepted) {
      const query = encodeURIComponent('{__name__=~"nephometer_.+"}[1h]');
      const answer = await fetch(`${prometheus.url}/api/v1/query?query=${query}`);
      const { data } = (await answer.json()) as {
        readonly data: {
          readonly result: readonly {
            readonly metric: Readonly<Record<string, string>>;
            readonly values: readonly (readonly [time: number, value: string])[];
          }[];
        };
      };
      const stored = new Map<string, number>();
      for (const { metric, values } of data.result) {
        for (const [time, value] of values) {
          stored.set(
            `${metric['meter'] ?? metric['__name__']} ${metric['resource_id']} ${Math.round(time * 1000)}`,
            Number(value),
          );
        }
      }
      for (const sample of accepted) {
        const { name, factor } = metrics[sample.name] ?? assert.fail(sample.name);
        const key = `${name} ${sample.resourceId} ${Math.floor(epochMs(sample))}`;
        assert.equal(stored.get(key), sample.volume * factor, key);
      }
    },
    [Symbol.asyncDispose]: () => prometheus[Symbol.asyncDispose](),
  };
}

/** What the meters of the test are called at Prometheus, and their unit there. */
const metrics: Readonly<Record<string, { readonly name: string; readonly factor: number }>> = {
  vcpus: { name: 'nephometer_vcpus', factor: 1 },
  memory: { name: 'nephometer_memory_bytes', factor: 2 ** 20 },
};

/** A Gnocchi, of which one value a second can be asked. */
export async function startMeasureStore(options: string): Promise<Store> {
  const gnocchi = await startGnocchi();
  return {
    scheme: 'gnocchi',
    url: `gnocchi://admin:@127.0.0.1:${gnocchi.port}/?auth=basic&archive_policy=ceilometer-high&enable_filter_project=false&${options}`,
    stop: () => gnocchi.stop(),
    start: () => gnocchi.start(),
    async check(accepted) {
      const series = Map.groupBy(accepted, ({ name, resourceId }) => `${resourceId} ${name}`);
      for (const [key, samples] of series) {
        const [id = '', meter = ''] = key.split(' ');
        const measures = await gnocchi.measures('instance', id, meter);
        const bySecond = new Map(
          measures.flatMap(([time, granularityS, value]) =>
            granularityS === 1 ? [[Date.parse(time) / 1000, value] as const] : [],
          ),
        );
        for (const sample of samples) {
          assert.equal(bySecond.get(Math.floor(epochMs(sample) / 1000)), sample.volume, `${key} ${sample.timestamp}`);
        }
      }
    },
    [Symbol.asyncDispose]: () => gnocchi[Symbol.asyncDispose](),
  };
}

function epochMs({ timestamp }: Sample): number {
  return Date.parse(`${timestamp}Z`);
}
