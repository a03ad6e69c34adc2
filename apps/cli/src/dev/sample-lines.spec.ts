import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ShownSample } from './parse-sample.ts';
import { createSampleLine } from './sample-lines.ts';

const sample: ShownSample = {
  meter: 'cpu',
  type: 'cumulative',
  unit: 'ns',
  volume: 12,
  timestamp: '2026-07-21T13:56:12.123456',
  atMs: 0,
  resourceId: 'id',
  instanceId: 'id',
  instanceName: 'web',
};

test('a line has time, instance, meter, device, volume and unit in columns', () => {
  const toLine = createSampleLine();
  assert.equal(toLine(sample), '2026-07-21T13:56:12.123456  web  cpu                             -  12 ns');
  assert.equal(
    toLine({ ...sample, meter: 'disk.device.read.bytes', device: 'vda', instanceName: '東京', unit: 'B', volume: 0.5 }),
    '2026-07-21T13:56:12.123456  東京  disk.device.read.bytes          vda  0.5 B',
  );
});

test('columns stay as wide as they once were, and a unit that is empty leaves nothing', () => {
  const toLine = createSampleLine();
  toLine({ ...sample, instanceName: 'a long name', device: 'tap1c0c6d3e-8e' });
  assert.equal(
    toLine({ ...sample, timestamp: '2026-07-21T13:56:12', meter: 'power.state', unit: '' }),
    '2026-07-21T13:56:12         web          power.state                     -               12',
  );
});

test('a name cannot make a second line', () => {
  assert.match(createSampleLine()({ ...sample, instanceName: 'a\nb' }), / {2}a\\x0ab {2}/);
});
