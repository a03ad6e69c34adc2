/** The files of a coordinator that runs are changed under it. */
import assert from 'node:assert/strict';
import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { eventually, temporaryDirectory } from '@nephometer/test-kit';
import type { TestProcess } from '@nephometer/test-kit';
import { readSamples } from './samples-file.ts';
import { readyLine, startApp, startInspector, writeCoordinatorFiles } from './services.ts';

const simulated = ['--hypervisor', 'simulated', '--listen', '127.0.0.1:0'];
const pollingOf = (...meters: readonly string[]): string =>
  `sources: [{name: all, interval: 1, meters: ${JSON.stringify(meters)}}]\n`;

/** Puts a file in the place of another one at once, as editors and configuration management do. */
async function replace(path: string, text: string): Promise<void> {
  await writeFile(`${path}.new`, text);
  await rename(`${path}.new`, path);
}

const logged = (coordinator: TestProcess, message: string): Readonly<Record<string, unknown>>[] =>
  coordinator.jsonLines('stderr').filter(({ msg }) => msg === message);

const APPLIED = 'the new configuration is in use';
const REFUSED = 'the new configuration is not used; the running one stays';

/** A coordinator that polls `cpu` of a simulated host into `samples.jsonl` of a directory, until its test ends. */
async function startPolling(stack: AsyncDisposableStack): Promise<{ path: string; coordinator: TestProcess }> {
  const { path } = stack.use(await temporaryDirectory());
  const { target } = stack.use(await startInspector(...simulated));
  const config = await writeCoordinatorFiles(path, { targets: [target], polling: pollingOf('cpu') });
  const coordinator = stack.use(await startApp('coordinator', '--config', config));
  await readyLine(coordinator);
  return { path, coordinator };
}

test('new meters are polled and a new publisher gets them, without a sample lost for the one that stays', async () => {
  await using stack = new AsyncDisposableStack();
  const { path, coordinator } = await startPolling(stack);
  const metersIn = async (file?: string): Promise<Set<string>> =>
    new Set((await readSamples(path, file)).map(({ name }) => name));
  await eventually(async () => assert.deepEqual(await metersIn(), new Set(['cpu'])));

  await replace(join(path, 'polling.yaml'), pollingOf('cpu', 'vcpus'));
  await eventually(async () => assert.deepEqual(await metersIn(), new Set(['cpu', 'vcpus'])));
  const two = ['samples.jsonl', 'second.jsonl'].map((name) => `file://${join(path, name)}?json`);
  await replace(
    join(path, 'pipeline.yaml'),
    `sources: [{name: all, meters: ["*"], sinks: [both]}]\nsinks: [{name: both, publishers: ${JSON.stringify(two)}}]\n`,
  );
  await eventually(async () => assert.deepEqual(await metersIn('second.jsonl'), new Set(['cpu', 'vcpus'])));
  await eventually(() => assert.equal(logged(coordinator, APPLIED).length, 2));

  coordinator.kill('SIGTERM');
  assert.deepEqual(await coordinator.exit, { code: 0, signal: null });
  const polled = coordinator.jsonLines('stderr').filter(({ msg }) => msg === 'cycle');
  const total = polled.reduce((sum, { samples }) => sum + Number(samples), 0);
  assert.equal((await readSamples(path)).length, total);
});

test('a bad file changes nothing and is told once with every problem; SIGHUP has it read again', async () => {
  await using stack = new AsyncDisposableStack();
  const { path, coordinator } = await startPolling(stack);

  await replace(join(path, 'polling.yaml'), 'sources: [{name: all, interval: 0, meters: [cpu, "!cpu"]}]\n');
  await eventually(() => assert.equal(logged(coordinator, REFUSED).length, 1));
  const problems = logged(coordinator, 'configuration').map(({ problem }) => String(problem));
  assert.ok(
    problems.some((text) => /polling\.yaml:1: .*Interval value should > 0/.test(text)),
    problems.join('\n'),
  );
  assert.ok(
    problems.some((text) => /Both included and excluded meters/.test(text)),
    problems.join('\n'),
  );
  const before = (await readSamples(path)).length;
  await eventually(async () => assert.ok((await readSamples(path)).length > before, 'it polls on'));

  coordinator.kill('SIGHUP');
  await eventually(() => assert.equal(logged(coordinator, REFUSED).length, 2));
  await replace(join(path, 'polling.yaml'), pollingOf('vcpus'));
  await eventually(() => assert.equal(logged(coordinator, APPLIED).length, 1));
  coordinator.kill('SIGHUP');
  await eventually(() => assert.equal(logged(coordinator, APPLIED).length, 2));
});

test('a publisher that cannot be made is refused with its place, and polling goes on; with its file mended it is taken', async () => {
  await using stack = new AsyncDisposableStack();
  const { path, coordinator } = await startPolling(stack);
  const definitions = join(path, 'gnocchi_resources.yaml');
  await writeFile(definitions, 'resources: 5\n');
  const urls = [
    `file://${join(path, 'samples.jsonl')}?json`,
    `gnocchi://u:hidden@127.0.0.1:1?resources_definition_file=${definitions}`,
  ];
  await replace(
    join(path, 'pipeline.yaml'),
    `sources: [{name: all, meters: ["*"], sinks: [both]}]\nsinks: [{name: both, publishers: ${JSON.stringify(urls)}}]\n`,
  );
  await eventually(() => assert.equal(logged(coordinator, REFUSED).length, 1));
  const problems = logged(coordinator, 'configuration').map(({ problem }) => String(problem));
  assert.match(
    problems.join('\n'),
    /^\S+pipeline\.yaml:2: sinks\[0\]\.publishers\[1\]: gnocchi:\/\/u:\*{3}@\S+ cannot be made: \S+gnocchi_resources\.yaml:1: /,
  );
  assert.doesNotMatch(coordinator.lines('stderr').join('\n'), /hidden/);
  const before = (await readSamples(path)).length;
  await eventually(async () => assert.ok((await readSamples(path)).length > before, 'it polls on'));

  await writeFile(definitions, 'resources: []\n');
  coordinator.kill('SIGHUP');
  await eventually(() => assert.equal(logged(coordinator, APPLIED).length, 1));
  coordinator.kill('SIGTERM');
  assert.deepEqual(await coordinator.exit, { code: 0, signal: null });
});
