/** One pipeline.yaml of 2015, with sources, intervals and transformers, says all. */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { eventually, startLibvirtd, temporaryDirectory } from '@nephometer/test-kit';
import { readSamples } from './samples-file.ts';
import type { WrittenSample } from './samples-file.ts';
import { readyLine, startApp, startInspector } from './services.ts';

const INTERVAL_S = 1;
/** Of each derived meter and resource. */
const LEAST = 4;

/** The structure of the file that Ceilometer shipped in 2015, with other words for it. */
const pipelineTo = (url: string): string => `sources:
  - {name: everything, interval: ${INTERVAL_S}, counters: ["*"], sinks: [plain]}
  - {name: cpu, interval: ${INTERVAL_S}, meters: [cpu], sinks: [cpu_rate, cpu_growth]}
  - {name: disk, interval: ${INTERVAL_S}, meters: [disk.read.bytes, disk.device.read.bytes], sinks: [rates]}
  - {name: network, interval: ${INTERVAL_S}, meters: [network.incoming.bytes, network.incoming.packets], sinks: [rates]}
sinks:
  - {name: plain, transformers: , publishers: ["${url}"]}
  - name: cpu_rate
    transformers:
      - name: rate_of_change
        parameters:
          target: {name: cpu_util, unit: "%", type: gauge, scale: "100.0 / (10**9 * (resource_metadata.cpu_number or 1))"}
    publishers: ["${url}"]
  - name: cpu_growth
    transformers: [{name: delta, parameters: {target: {name: cpu.delta}, growth_only: True}}]
    publishers: ["${url}"]
  - name: rates
    transformers:
      - name: rate_of_change
        parameters:
          source: {map_from: {name: "^(.+)$", unit: "(B|packet)"}}
          target: {map_to: {name: "\\\\1.rate", unit: "\\\\1/s"}, type: gauge}
    publishers: ["${url}"]
`;

const seconds = ({ timestamp }: WrittenSample): number => Date.parse(`${timestamp}Z`) / 1000;

/** Every rate of a derived meter, beside the one made by hand from the counters that were published too. */
function compare(samples: readonly WrittenSample[], derived: string, counter: string, scale: number): number {
  const ofMeter = (name: string): WrittenSample[] => samples.filter((sample) => sample.name === name);
  const counters = Map.groupBy(ofMeter(counter), ({ resource_id: id }) => id);
  const rates = ofMeter(derived);
  for (const rate of rates) {
    const readings = counters.get(rate.resource_id) ?? [];
    const at = readings.findIndex(({ timestamp }) => timestamp === rate.timestamp);
    const [before, now] = [readings[at - 1], readings[at]];
    assert.ok(before !== undefined && now !== undefined, `${derived} of ${rate.resource_id} without two counters`);
    const byHand = (scale * (now.volume - before.volume)) / (seconds(now) - seconds(before));
    // Timestamps have microseconds and Date.parse milliseconds.
    assert.ok(Math.abs(rate.volume - byHand) <= 0.01 * Math.abs(byHand), `${derived}: ${rate.volume}, is ${byHand}`);
  }
  return rates.length;
}

test('rates and deltas derived from running guests agree with what their counters say', async () => {
  await using libvirtd = await startLibvirtd({ network: true });
  await using directory = await temporaryDirectory();
  const diskActivity = { reads: 500, writes: 0 };
  const guest = await libvirtd.guests.create({ name: 'busy', disks: 2, nics: 1, diskActivity });
  const device = guest.nics[0]?.device;
  assert.ok(device !== undefined);
  await using inspector = await startInspector('--listen', '127.0.0.1:0', '--libvirt-uri', libvirtd.uri('qemu'));
  const url = `file://${join(directory.path, 'samples.jsonl')}?json`;
  await writeFile(join(directory.path, 'pipeline.yaml'), pipelineTo(url));
  const config = join(directory.path, 'coordinator.yaml');
  const targets = JSON.stringify([inspector.target]);
  await writeFile(config, `pipeline_file: pipeline.yaml\ncompat: 2015\ninspectors: [{targets: ${targets}}]\n`);
  await using coordinator = await startApp('coordinator', '--config', config);
  await readyLine(coordinator);
  const volumesOf = async (meter: string): Promise<number[]> =>
    (await readSamples(directory.path)).filter(({ name }) => name === meter).map(({ volume }) => volume);
  await eventually(async () => assert.ok((await volumesOf('network.incoming.bytes.rate')).length > 0));
  await libvirtd.nics.send(device, 50);
  await eventually(async () => {
    for (const meter of ['cpu_util', 'disk.read.bytes.rate', 'network.incoming.bytes.rate']) {
      assert.ok((await volumesOf(meter)).length >= LEAST, meter);
    }
    assert.ok((await volumesOf('network.incoming.bytes.rate')).some((rate) => rate > 0));
  });
  coordinator.kill('SIGTERM');
  assert.deepEqual(await coordinator.exit, { code: 0, signal: null });

  const samples = await readSamples(directory.path);
  // The first reading of a guest has nothing to compare with.
  assert.ok(compare(samples, 'cpu_util', 'cpu', 100 / 1e9) >= LEAST);
  assert.ok(compare(samples, 'disk.read.bytes.rate', 'disk.read.bytes', 1) >= LEAST);
  assert.ok(compare(samples, 'disk.device.read.bytes.rate', 'disk.device.read.bytes', 1) >= 2 * LEAST);
  assert.ok(compare(samples, 'network.incoming.bytes.rate', 'network.incoming.bytes', 1) >= LEAST);
  const units = new Map(samples.map(({ name, unit, type }) => [name, `${unit} ${type}`]));
  assert.deepEqual(
    ['cpu_util', 'cpu.delta', 'disk.device.read.bytes.rate', 'network.incoming.packets.rate', 'memory.resident'].map(
      (name) => units.get(name),
    ),
    ['% gauge', 'ns delta', 'B/s gauge', 'packet/s gauge', 'MB gauge'],
  );
  const utils = samples.filter(({ name, timestamp }) => name === 'cpu_util' && timestamp === samples.at(-1)?.timestamp);
  assert.ok(utils.length <= 1, 'what transformers derive is not polled as well');
  assert.ok(samples.some(({ name, resource_id: id }) => name === 'instance' && id === guest.uuid));
});
