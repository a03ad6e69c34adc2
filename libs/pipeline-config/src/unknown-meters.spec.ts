import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatProblem } from '@nephometer/service';
import { parsePolling } from './polling-config.ts';
import { unknownMeters } from './unknown-meters.ts';

const ours = ['cpu', 'memory.usage', 'disk.device.read.bytes', 'disk.device.write.bytes'];
const upstream = ['volume.size', 'hardware.cpu.util'];

function warningsFor(meters: string): readonly string[] {
  const parsed = parsePolling(`sources:\n- name: a\n  interval: 1\n  meters:\n${meters}\n`, { file: 'polling.yaml' });
  assert.ok(parsed.ok);
  return unknownMeters(parsed.value, { ours, upstream }).map(formatProblem);
}

test('meters that we collect, and patterns that fit one, are no warnings', () => {
  assert.deepEqual(warningsFor('  - cpu\n  - disk.*\n  - "[cm]pu"\n'), []);
  assert.deepEqual(warningsFor('  - "*"\n  - "!memory.*"\n'), []);
});

test('a mistyped meter is a warning with its line and the one that was meant', () => {
  assert.deepEqual(warningsFor('  - cpu\n  - disk.device.raed.bytes\n'), [
    'polling.yaml:6: sources[0].meters[1]: no meter is named "disk.device.raed.bytes"; did you mean "disk.device.read.bytes"?',
  ]);
});

test('an exclusion that excludes nothing is a warning', () => {
  assert.deepEqual(warningsFor('  - "!mem.*"\n  - "!cpu"\n'), [
    'polling.yaml:5: sources[0].meters[0]: no meter is named "mem.*"; correct or remove it',
  ]);
});

test("a meter of Ceilometer's that is not collected is said to be that", () => {
  assert.deepEqual(warningsFor('  - volume.size\n  - hardware.*\n'), [
    'polling.yaml:5: sources[0].meters[0]: "volume.size" is a meter of Ceilometer that is not collected here; nothing comes of it, it can be removed',
    'polling.yaml:6: sources[0].meters[1]: "hardware.*" is a meter of Ceilometer that is not collected here; nothing comes of it, it can be removed',
  ]);
});

test('a pattern that takes nothing because the meters it fits have to be named in full is a warning', () => {
  const text = 'sources:\n- {name: a, interval: 1, meters: [disk.device.*, disk.device.read.bytes, cpu*]}\n';
  const parsed = parsePolling(text, { file: 'polling.yaml' });
  assert.ok(parsed.ok);
  const byNameOnly = ['disk.device.read.bytes', 'disk.device.write.bytes'];
  assert.deepEqual(unknownMeters(parsed.value, { ours, byNameOnly }).map(formatProblem), [
    'polling.yaml:2: sources[0].meters[0]: "disk.device.*" fits only meters that have to be named in full: disk.device.read.bytes, disk.device.write.bytes; list those that are wanted',
  ]);
});

test('a configuration that comes from no file is checked as well', () => {
  const source = { name: 'a', intervalMs: 1000, meters: ['cpo'], resources: [], discovery: [] };
  assert.deepEqual(unknownMeters({ sources: [source] }, { ours }), [
    { file: '', path: 'sources[0].meters[0]', message: 'no meter is named "cpo"; did you mean "cpu"?' },
  ]);
});
