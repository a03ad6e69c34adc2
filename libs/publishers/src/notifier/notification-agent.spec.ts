import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Compat, Sample } from '@nephometer/sample';
import { eventually, runCommand, startProcess, startRabbitmq, temporaryDirectory } from '@nephometer/test-kit';
import type { TestRabbitmq } from '@nephometer/test-kit';
import { exampleCycles, exampleSettings } from '../example.ts';
import { sampleDict } from '../sample-dict.ts';
import { notifierPublisherFactory } from './notifier-publisher.ts';
import { withChannel } from './queue-reader.ts';

const { signal } = new AbortController();
const cycles = exampleCycles(10, 5);

let rabbitmq: TestRabbitmq;

before(async () => {
  rabbitmq = await startRabbitmq();
});

after(() => rabbitmq[Symbol.asyncDispose]());

const testdata = (name: string) => fileURLToPath(new URL(`../../testdata/${name}`, import.meta.url));

async function publish(query: string, compat: Compat): Promise<void> {
  const url = `notifier://127.0.0.1:${rabbitmq.port}/?${query}`;
  const publisher = notifierPublisherFactory.create(url, exampleSettings({ compat }));
  for (const samples of cycles) assert.deepEqual(await publisher.publish(samples, signal), []);
  await publisher.close();
}

/** Ceilometer's agent, as soon as it listens. It writes the samples to `samples` in the directory. */
async function startAgent(directory: string) {
  const file = (name: string) => join(directory, name);
  const sources = [{ name: 'all', meters: ['*'], sinks: ['file'] }];
  const sinks = [{ name: 'file', publishers: [`file://${file('samples')}?json`] }];
  // JSON is YAML, too.
  await writeFile(file('pipeline.yaml'), JSON.stringify({ sources, sinks }));
  const options = [
    '[DEFAULT]',
    `transport_url = rabbit://guest:guest@127.0.0.1:${rabbitmq.port}/`,
    `pipeline_cfg_file = ${file('pipeline.yaml')}`,
    '[notification]',
    'pipelines = meter',
    // What it would make of others' notifications: reading how is most of its start.
    '[meter]',
    `meter_definitions_dirs = ${file('none')}`,
    '[publisher]',
    'telemetry_secret = secret',
  ];
  await writeFile(file('ceilometer.conf'), options.join('\n'));
  const program = [testdata('notification-agent.py'), '--debug', '--config-file', file('ceilometer.conf')];
  await using starting = new AsyncDisposableStack();
  const agent = starting.use(await startProcess('/usr/bin/python3', program, { cwd: directory, ownGroup: true }));
  await agent.waitForLine((line) => line.includes('Run service'));
  await eventually(() =>
    withChannel(rabbitmq.port, async (channel) => {
      assert.ok((await channel.checkQueue('notifications.sample')).consumerCount > 0);
    }),
  );
  return starting.move();
}

/** What becomes of a sample on its way through the agent, which lacks its names and leaves out its time. */
function passedOn(sample: Sample): Readonly<Record<string, unknown>> {
  const { user_name: _, project_name: __, ...rest } = sampleDict(sample);
  return { ...rest, monotonic_time: null };
}

const byId = (one: Readonly<Record<string, unknown>>, other: Readonly<Record<string, unknown>>) =>
  String(one['id']) < String(other['id']) ? -1 : 1;

test("Ceilometer's notification agent passes on every sample of ten guests in five cycles unchanged", async () => {
  await using directory = await temporaryDirectory();
  await using _agent = await startAgent(directory.path);
  await publish('format=polling', '19.0.0');
  const expected = cycles.flat().map(passedOn);
  const lines = await eventually(async () => {
    const text = await readFile(join(directory.path, 'samples'), 'utf8');
    const found = text.split('\n').slice(0, -1);
    assert.equal(found.length, expected.length);
    return found;
  });
  // It works on several messages at once.
  const found = lines.map((line) => JSON.parse(line) as Record<string, unknown>).sort(byId);
  assert.deepEqual(found, expected.sort(byId));
  // JSON.parse does not tell a float from an integer.
  assert.equal(lines.filter((line) => /"memory.usage", .*"volume": \d+\.0,/.test(line)).length, 50);
});

for (const compat of ['head', '19.0.0'] as const) {
  test(`Ceilometer finds the signature of every message of ${compat} right`, async () => {
    const topic = `signed-${compat}`;
    await publish(`topic=${topic}`, compat);
    const messages = await withChannel(rabbitmq.port, async (channel) => {
      const payloads: string[] = [];
      for (;;) {
        const message = await channel.get(`${topic}.sample`, { noAck: true });
        if (message === false) return payloads;
        const { 'oslo.message': inner } = JSON.parse(message.content.toString('utf8')) as Record<string, string>;
        payloads.push(/"payload": (\[.*\]), "timestamp": "[^"]*", "_unique_id"/.exec(inner ?? '')?.[1] ?? '');
      }
    });
    // A message begins where a list does, or after a comma; taken apart as text, floats stay floats.
    const lines = messages.flatMap((list) => list.slice(1, -1).split(/, (?=\{"source": "openstack", "counter_name")/));
    assert.equal(lines.length, cycles.flat().length);
    const script = testdata('verify-messages.py');
    const verdict = await runCommand('/usr/bin/python3', [script, 'secret'], { input: `${lines.join('\n')}\n` });
    assert.equal(verdict, `${lines.length} 0\n`);
    const tampered = lines.map((line) => line.replace('"user_id": "u1"', '"user_id": "u2"')).join('\n');
    assert.equal(
      await runCommand('/usr/bin/python3', [script, 'secret'], { input: `${tampered}\n` }),
      `0 ${lines.length}\n`,
    );
  });
}
