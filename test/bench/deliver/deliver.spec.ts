import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { startProcess, temporaryDirectory } from '@nephometer/test-kit';
import type { DeliveryResult } from './result.ts';
import { runSubject } from './run-subject.ts';

const main = fileURLToPath(new URL('../main.ts', import.meta.url));

test('one round gives ratios and CPU times for a publisher from memory and from disk, as a table and as JSON', async () => {
  await using directory = await temporaryDirectory();
  const args = ['delivery', '--rounds', '1', '--subjects', 'http,exporter', '--output', directory.path];
  await using bench = await startProcess(process.execPath, [main, ...args], { ownGroup: true });
  assert.deepEqual(await bench.exit, { code: 0, signal: null }, bench.lines('stderr').join('\n'));
  assert.match(bench.lines('stdout').join('\n'), /median of 1 round [^]*\n {2}http +memory /);

  const result = JSON.parse(await readFile(join(directory.path, 'delivery.json'), 'utf8')) as DeliveryResult;
  assert.deepEqual(result.missing, []);
  assert.deepEqual(
    result.subjects.map(({ subject, measured }) => [subject, measured.map(({ name, queue }) => `${name} ${queue}`)]),
    [
      ['exporter', ['counting publisher memory', 'exporter memory']],
      ['http', ['counting publisher memory', 'http memory', 'http disk']],
    ],
  );
  for (const { measured } of result.subjects) {
    assert.deepEqual(measured[0]?.ofFirst.cpu.median, 1);
    for (const { name, cpuUs, mainCpuUs, samplesPerSecond, samplesPerTurn } of measured) {
      assert.ok(cpuUs.median > 0 && mainCpuUs.median > 0 && samplesPerSecond.median > 0, name);
      assert.equal(samplesPerTurn % result.samplesPerCycle, 0, name);
    }
  }
});

test('a target that does not take samples is a reason, not a number', async () => {
  await using directory = await temporaryDirectory();
  const target = { urls: [`file://${join(directory.path, 'missing', 'samples')}`] };
  const order = { target, guests: 1, rounds: 1, directory: directory.path };
  await assert.rejects(runSubject(order, new AbortController().signal), /cannot open .*its directory does not exist/);
});
