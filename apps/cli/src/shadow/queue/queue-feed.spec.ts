import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { connect } from 'amqplib';
import { eventually, startFaultProxy, startRabbitmq } from '@nephometer/test-kit';
import type { Feed, QueueFacts } from '../feed.ts';
import { envelope, notification, sampleText } from './example-message.ts';
import { parseQueueAddress } from './queue-address.ts';
import { openQueueFeed } from './queue-feed.ts';
import type { QueueLimits } from './queue-link.ts';

const broker = await startRabbitmq();
after(() => broker[Symbol.asyncDispose]());

const at = (port: number, rest = ''): string => `amqp://guest:guest@127.0.0.1:${port}/${rest}`;

/** Stands for Ceilometer's agents: one sends, one reads its queue. */
interface Agents extends AsyncDisposable {
  /** Resolves when the broker has it. */
  send(...bodies: readonly string[]): Promise<void>;
  /** How many messages the notification agent got. */
  readonly received: number;
}

async function startAgents(topic = 'notifications'): Promise<Agents> {
  const model = await connect(at(broker.port));
  // The broker may be stopped while they are connected.
  model.on('error', () => undefined);
  const channel = await model.createConfirmChannel();
  await channel.assertExchange('ceilometer', 'topic', { durable: false });
  const key = `${topic}.sample`;
  const { queue } = await channel.assertQueue(key, { durable: false });
  await channel.bindQueue(queue, 'ceilometer', key);
  let received = 0;
  await channel.consume(queue, (message) => {
    received += 1;
    if (message !== null) channel.ack(message);
  });
  return {
    async send(...bodies) {
      for (const body of bodies)
        channel.publish('ceilometer', key, Buffer.from(body), { contentType: 'application/json' });
      await channel.waitForConfirms();
    },
    get received() {
      return received;
    },
    [Symbol.asyncDispose]: () => model.close().catch(() => undefined),
  };
}

interface OpenFeed extends AsyncDisposable {
  readonly feed: Feed;
  readonly said: readonly string[];
  /** Meters of all samples that have come since the last call; in brackets why something is none. */
  read(): Promise<string[]>;
  facts(): QueueFacts;
}

async function openAt(url: string, limits?: QueueLimits, signal = new AbortController().signal): Promise<OpenFeed> {
  const { address, problem } = parseQueueAddress(url, {});
  assert.ok(address, problem);
  const said: string[] = [];
  const feed = await openQueueFeed({ address, say: (text) => said.push(text), signal, ...(limits && { limits }) });
  return {
    feed,
    said,
    async read() {
      const meters: string[] = [];
      for await (const arrivals of feed.read(new AbortController().signal)) {
        for (const { parsed } of arrivals) meters.push(parsed.observation?.meter ?? `(${parsed.problem})`);
      }
      return meters;
    },
    facts() {
      const facts = feed.facts();
      assert.ok(facts.kind === 'queue');
      return facts;
    },
    [Symbol.asyncDispose]: () => feed.close(),
  };
}

const sample = (meter: string): string => sampleText({ meter, volume: '1' });
const polled = (...meters: readonly string[]): string =>
  envelope(notification(`{"samples": [${meters.map(sample).join(', ')}]}`));
const published = (...meters: readonly string[]): string =>
  envelope(notification(`[${meters.map(sample).join(', ')}]`));

async function queues(): Promise<string[]> {
  return (await broker.ctl('list_queues', 'name')).split('\n').filter((name) => name !== '' && name !== 'name');
}

test('copies come from now on, nobody gets a message less, and nothing is left on the broker', async () => {
  await using agents = await startAgents();
  await agents.send(polled('before'));
  {
    await using queue = await openAt(at(broker.port));
    assert.deepEqual(await queue.read(), []);
    await agents.send(polled('cpu', 'memory'), 'no message', polled('vcpus'));
    assert.deepEqual(await queue.read(), ['cpu', 'memory', '(not JSON)', 'vcpus']);
    assert.deepEqual(await queue.read(), []);
    await eventually(() => assert.equal(agents.received, 4));
    const { messages, losses, overflows, gaps, keys } = queue.facts();
    assert.deepEqual({ messages, losses, overflows, gaps }, { messages: 3, losses: 0, overflows: 0, gaps: [] });
    assert.deepEqual(keys, ['notifications.sample']);
    assert.match((await queues()).join(' '), /\bnephometer\.shadow\.\w+/);
    await queue.feed.close();
  }
  await eventually(async () => assert.deepEqual(await queues(), ['notifications.sample']));
});

test('several topics, and the list that a publisher notifier:// sends', async () => {
  await using polling = await startAgents();
  await using publisher = await startAgents('metering');
  await using queue = await openAt(at(broker.port, '?topic=metering&topic=notifications.sample&queue=nephometer.own'));
  await polling.send(polled('cpu'));
  await publisher.send(published('memory', 'vcpus'));
  assert.deepEqual(await queue.read(), ['cpu', 'memory', 'vcpus']);
});

test('more messages than fit in one go come all, in their order', async () => {
  await using agents = await startAgents();
  await using queue = await openAt(at(broker.port), { waiting: 1000, delivered: 7 });
  const meters = Array.from({ length: 100 }, (_, index) => `m${index}`);
  await agents.send(...meters.map((meter) => polled(meter)));
  assert.deepEqual(await queue.read(), meters);
  assert.equal(queue.facts().overflows, 0);
});

test('a queue that is full loses its oldest messages, and that is known', async () => {
  await using agents = await startAgents();
  await using queue = await openAt(at(broker.port), { waiting: 5, delivered: 2 });
  await queue.read();
  const meters = Array.from({ length: 20 }, (_, index) => `m${index}`);
  const before = Date.now();
  await agents.send(...meters.map((meter) => polled(meter)));
  assert.deepEqual(await queue.read(), ['m0', 'm1', 'm15', 'm16', 'm17', 'm18', 'm19']);
  assert.deepEqual(await queue.read(), []);
  assert.equal(queue.facts().overflows, 1);
  assert.match(queue.said.join(), /^the queue was full[^,]*, so/);
  const [gap, ...others] = queue.feed.gaps();
  assert.ok(gap && gap.fromMs <= before && gap.toMs >= before && others.length === 0);
});

test('a connection that breaks is tried again: what came is kept, what is missing is a gap, each said once', async () => {
  await using proxy = await startFaultProxy({ target: { host: '127.0.0.1', port: broker.port } });
  await using agents = await startAgents();
  await using queue = await openAt(at(proxy.address.port, '?queue=nephometer.named'));
  assert.deepEqual(await queue.read(), []);
  proxy.refuse();
  proxy.cut();
  await eventually(() => assert.equal(queue.said.length, 1));
  await agents.send(polled('missed'));
  assert.deepEqual(await queue.read(), []);
  await eventually(() => assert.match(queue.facts().lost ?? '', /nobody listens/));
  assert.equal(queue.feed.gaps().length, 1);
  await proxy.resume();
  await eventually(() => assert.equal(queue.said.length, 2));
  await agents.send(polled('cpu'));
  assert.deepEqual(await queue.read(), ['cpu']);

  assert.match(
    queue.said[0] ?? '',
    /^the connection to amqp:\/\/guest@127\.0\.0\.1:\d+\/\S* is lost \(.+\); trying again$/,
  );
  assert.match(queue.said[1] ?? '', /^connected again after .*missing$/);
  const { losses, lost, gaps } = queue.facts();
  assert.deepEqual([losses, lost, gaps.length], [1, undefined, 1]);
  assert.ok(!JSON.stringify([queue.said, queue.facts(), queue.feed.name]).includes('guest:guest'));
});

test('a broker that stops and starts again is waited for, and so is the exchange that it forgot', async () => {
  await using queue = await (async () => {
    await using agents = await startAgents();
    await using opening = new AsyncDisposableStack();
    const opened = opening.use(await openAt(at(broker.port)));
    await agents.send(polled('cpu'));
    await broker.stop();
    await broker.start();
    opening.move();
    return opened;
  })();
  await eventually(() => assert.match(queue.facts().lost ?? '', /^there is no exchange "ceilometer" in vhost "\/"/));
  await using agents = await startAgents();
  await eventually(() => assert.equal(queue.said.length, 2));
  await agents.send(polled('memory'));
  assert.deepEqual(await queue.read(), ['cpu', 'memory']);
  assert.match(queue.said[0] ?? '', /CONNECTION[-_]FORCED|closed/i);
});

test('an operator of the broker may close the connection', async () => {
  await using queue = await (async () => {
    await using _ = await startAgents();
    return openAt(at(broker.port));
  })();
  await broker.ctl('close_all_connections', 'maintenance');
  await eventually(() => assert.equal(queue.said.length, 2));
  assert.match(queue.said[0] ?? '', /maintenance/);
});

test('closing while there is no connection ends the trying', async () => {
  await using proxy = await startFaultProxy({ target: { host: '127.0.0.1', port: broker.port } });
  await using _ = await startAgents();
  await using queue = await openAt(at(proxy.address.port));
  proxy.refuse();
  proxy.cut();
  await eventually(() => assert.equal(queue.said.length, 1));
  await queue.feed.close();
  await queue.feed.close();
});

test('a broker that falls silent holds nothing up', async () => {
  await using proxy = await startFaultProxy({ target: { host: '127.0.0.1', port: broker.port } });
  await using agents = await startAgents();
  await using queue = await openAt(at(proxy.address.port));
  proxy.pause();
  await agents.send(polled('cpu'));
  assert.deepEqual(await queue.read(), []);
  await queue.feed.close();
});

test('reading ends with the reason of its signal', async () => {
  await using _ = await startAgents();
  await using queue = await openAt(at(broker.port));
  await assert.rejects(
    async () => {
      for await (const _arrivals of queue.feed.read(AbortSignal.abort(new Error('enough'))));
    },
    { message: 'enough' },
  );
});
