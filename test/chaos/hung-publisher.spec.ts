/** A publisher whose target accepts and never answers, beside one that works. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventually, temporaryDirectory } from '@nephometer/test-kit';
import { startInspector, writeCoordinatorFiles } from '../e2e/services.ts';
import { assertCollected, startCollector } from './collector.ts';
import type { Collector } from './collector.ts';
import { startCoordinator } from './coordinator-under-test.ts';

const CYCLES = 6;

/** Longer than the test: one call hangs for as long as the coordinator runs. */
const forEver = 'timeout=3600';

test('a publisher that hangs for ever costs the other one nothing; its samples wait, and come after a restart', async (t) => {
  await using stack = new AsyncDisposableStack();
  const [steady, hung] = [stack.use(await startCollector()), stack.use(await startCollector())];
  const { path } = stack.use(await temporaryDirectory());
  const inspector = stack.use(await startInspector('--hypervisor', 'simulated', '--listen', '127.0.0.1:0'));
  const urlOf = ({ sink }: Collector): string => `${sink.origin}/samples?${forEver}`;
  const config = await writeCoordinatorFiles(path, {
    targets: [inspector.target],
    polling: 'sources: [{name: all, interval: 1, meters: [cpu, memory.usage]}]\n',
    pipeline:
      'sources: [{name: all, meters: ["*"], sinks: [out]}]\n' +
      `sinks: [{name: out, publishers: ${JSON.stringify([hung, steady].map(urlOf))}}]\n`,
  });
  const coordinator = stack.use(await startCoordinator(config));
  await coordinator.cycles(CYCLES);
  const beforeHanging = steady.samples.length;
  hung.isHung = true;
  await hung.sink.received(hung.sink.requests.length + 1);
  const taken = hung.samples.length;

  // After each cycle the queue of the other one is empty again, while that of the hung one only grows.
  for (let cycle = 0; cycle < CYCLES; cycle += 1) {
    await coordinator.cycles(1);
    await eventually(async () => assert.equal((await coordinator.ledgers()).get(urlOf(steady))?.queued, 0));
  }
  const polled = coordinator.logged('cycle').reduce((sum, { samples }) => sum + Number(samples), 0);
  await eventually(() => assert.ok(steady.samples.length >= polled));
  const waiting = (await coordinator.ledgers()).get(urlOf(hung));
  assert.ok(waiting && waiting.queued >= polled - taken, `${waiting?.queued} of ${polled} wait`);
  assert.deepEqual([waiting.delivered, waiting.dropped], [taken, 0]);
  assert.deepEqual(coordinator.logged('publisher fails: its samples wait until it works again'), []);
  t.diagnostic(
    `delay in ms, median of ${CYCLES} cycles each: ${median(steady.delaysMs.slice(0, beforeHanging))} before, ` +
      `${median(steady.delaysMs.slice(beforeHanging))} beside a publisher that hangs`,
  );

  await coordinator.stop();
  hung.isHung = false;
  const again = stack.use(await startCoordinator(config));
  await again.cycles(1);
  await eventually(async () => {
    const [one, other] = (await again.ledgers()).values();
    assert.deepEqual([one?.queued, one], [0, other]);
  });
  await again.stop();
  assertCollected(steady.samples, steady.samples);
  assertCollected(hung.samples, steady.samples);
});

function median(numbers: readonly number[]): number | undefined {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];
}
