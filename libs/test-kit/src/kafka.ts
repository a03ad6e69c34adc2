import { fileURLToPath } from 'node:url';
import { startProcess } from './start-process.ts';
import type { TestProcess } from './start-process.ts';

/** A message as `kcat` reads it. */
export interface KafkaRecord {
  readonly partition: number;
  readonly offset: number;
  readonly key: string;
  readonly payload: string;
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * A cluster of brokers that keep everything in memory: librdkafka's own, so the protocol is spoken by those who wrote the
 * client that most programs use. It knows no TLS and no users. Disposing ends it.
 */
export interface TestKafka extends AsyncDisposable {
  readonly pid: number;
  /** `127.0.0.1:PORT` of each; the first is broker 1. They stay the same. */
  readonly brokers: readonly string[];
  /** Makes a topic. Others are made when they are asked for, with four partitions. */
  createTopic(name: string, partitions: number): Promise<void>;
  /** What each request for a topic gets: an error code of the protocol; 0 for none. */
  failTopic(name: string, code: number): Promise<void>;
  /** The broker that takes messages for a partition from now on. */
  setLeader(topic: string, partition: number, broker: number): Promise<void>;
  /** Breaks the connections of a broker and refuses new ones; what it has stays. */
  stop(broker: number): Promise<void>;
  start(broker: number): Promise<void>;
  /** From now on the answers of a broker come so many milliseconds late. */
  delay(broker: number, ms: number): Promise<void>;
  /** The next requests with an API key of the protocol (0: Produce) get these error codes, one each. */
  failNext(apiKey: number, codes: readonly number[]): Promise<void>;
  /** Everything in a topic, by partition and offset, as the client `kcat` reads it. */
  records(topic: string): Promise<readonly KafkaRecord[]>;
}

const script = fileURLToPath(new URL('../testdata/kafka-cluster.py', import.meta.url));

/**
 * Starts a cluster. Needs Debian's `librdkafka1`, `python3` and `kcat`.
 *
 * @throws Error with what it wrote if it does not start
 */
export async function startKafka(brokerCount = 1): Promise<TestKafka> {
  const cluster = await startProcess('/usr/bin/python3', [script, String(brokerCount)]);
  try {
    return await kafkaOf(cluster);
  } catch (error) {
    await cluster[Symbol.asyncDispose]();
    throw error;
  }
}

async function kafkaOf(cluster: TestProcess): Promise<TestKafka> {
  await cluster.waitForLine((line) => line.startsWith('{'), { from: 'stdout' });
  const brokers = cluster.jsonLines('stdout')[0]?.['brokers'] as readonly string[];
  let asked = 0;
  const command = async (...words: readonly unknown[]): Promise<void> => {
    const place = ++asked;
    cluster.write(`${JSON.stringify(words)}\n`);
    await cluster.waitForLine(() => cluster.jsonLines('stdout').length > place, { from: 'stdout' });
    const { error } = cluster.jsonLines('stdout')[place] ?? {};
    if (error !== undefined) throw new Error(`the Kafka cluster says: ${JSON.stringify(error)}`);
  };
  return {
    pid: cluster.pid,
    brokers,
    createTopic: (name, partitions) => command('topic', name, partitions),
    failTopic: (name, code) => command('topic_error', name, code),
    setLeader: (topic, partition, broker) => command('leader', topic, partition, broker),
    stop: (broker) => command('down', broker),
    start: (broker) => command('up', broker),
    delay: (broker, ms) => command('delay', broker, ms),
    failNext: (apiKey, codes) => command('errors', apiKey, codes),
    records: (topic) => readRecords(brokers, topic),
    [Symbol.asyncDispose]: () => cluster[Symbol.asyncDispose](),
  };
}

async function readRecords(brokers: readonly string[], topic: string): Promise<readonly KafkaRecord[]> {
  const whole = ['-o', 'beginning', '-e', '-q', '-J'];
  const reader = await startProcess('kcat', ['-C', '-b', brokers.join(','), '-t', topic, ...whole]);
  try {
    const { code } = await reader.exit;
    if (code !== 0) throw new Error(`kcat cannot read ${topic}: ${reader.lines('stderr').join('\n')}`);
  } finally {
    await reader[Symbol.asyncDispose]();
  }
  const records = reader.jsonLines('stdout') as unknown as readonly (Omit<KafkaRecord, 'headers'> & {
    readonly headers?: readonly string[];
  })[];
  return records
    .map(({ partition, offset, key, payload, headers = [] }) => ({
      partition,
      offset,
      key,
      payload,
      headers: pairs(headers),
    }))
    .sort((a, b) => a.partition - b.partition || a.offset - b.offset);
}

/** `kcat` has names and values in turn. */
function pairs(list: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    list.flatMap((name, index) => (index % 2 === 0 ? [[name, list[index + 1] ?? ''] as const] : [])),
  );
}
