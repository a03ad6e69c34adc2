import assert from 'node:assert/strict';
import { eventually, temporaryDirectory } from '@nephometer/test-kit';
import type { Guest, TestProcess } from '@nephometer/test-kit';
import { readSamples } from '../e2e/samples-file.ts';
import type { WrittenSample } from '../e2e/samples-file.ts';
import { readyLine, startApp, writeCoordinatorFiles } from '../e2e/services.ts';

/** The samples of one cycle: they share the time at which the host was read. */
export interface Cycle {
  /** Epoch milliseconds. */
  readonly readAtMs: number;
  readonly samples: readonly WrittenSample[];
}

/** A coordinator as a process that polls one inspector and writes every sample into a file. */
export interface Polling extends AsyncDisposable {
  readonly process: TestProcess;
  /** Waits for this many more cycles, successful or not. */
  cycles(count: number): Promise<void>;
  /** Stops the coordinator, which must end well, and gives all that it wrote, by cycle, oldest first. */
  stop(): Promise<Cycle[]>;
}

/** Cycle lines of the coordinator's log whose poll failed. */
export function failedCycles({ process }: Polling): Readonly<Record<string, unknown>>[] {
  return process.jsonLines('stderr').filter(({ msg, failed }) => msg === 'cycle' && failed !== 0);
}

/** Starts polling all meters of one inspector at this interval, and waits for the coordinator to be ready. */
export async function startPolling(target: string, intervalS: number): Promise<Polling> {
  const directory = await temporaryDirectory();
  const config = await writeCoordinatorFiles(directory.path, { targets: [target], intervalS });
  const coordinator = await startApp('coordinator', '--config', config);
  await readyLine(coordinator);
  const count = (): number => coordinator.jsonLines('stderr').filter(({ msg }) => msg === 'cycle').length;
  return {
    process: coordinator,
    async cycles(more) {
      const from = count();
      await eventually(() => assert.ok(count() >= from + more, `${count() - from} of ${more} cycles`));
    },
    async stop() {
      coordinator.kill('SIGTERM');
      assert.deepEqual(await coordinator.exit, { code: 0, signal: null }, coordinator.lines('stderr').join('\n'));
      return byCycle(await readSamples(directory.path));
    },
    async [Symbol.asyncDispose]() {
      await coordinator[Symbol.asyncDispose]();
      await directory[Symbol.asyncDispose]();
    },
  };
}

function byCycle(samples: readonly WrittenSample[]): Cycle[] {
  const cycles = Map.groupBy(samples, ({ timestamp }) => timestamp);
  return [...cycles]
    .map(([timestamp, ofCycle]) => ({ readAtMs: epochMs(timestamp), samples: ofCycle }))
    .sort((a, b) => a.readAtMs - b.readAtMs);
}

/** Sample timestamps are UTC and may say so or not. */
function epochMs(timestamp: string): number {
  return Date.parse(/[zZ]|[+-]\d\d:\d\d$/.test(timestamp) ? timestamp : `${timestamp}Z`);
}

/** The last cycle that was read before this time, in epoch milliseconds; throws an AssertionError unless there are two. */
export function lastBefore(cycles: readonly Cycle[], epochMilliseconds: number): Cycle {
  const before = cycles.findLast(({ readAtMs }) => readAtMs < epochMilliseconds);
  assert.ok(before !== undefined && cycles.indexOf(before) > 0, 'two cycles before the fault');
  return before;
}

/** `METER RESOURCE` of each sample that a cycle has of a guest, sorted: what must stay the same from cycle to cycle. */
export function seriesOf({ samples }: Cycle, { uuid }: Guest): string[] {
  return samples
    .filter(({ resource_id: resource }) => resource.includes(uuid))
    .map(({ name, resource_id: resource }) => `${name} ${resource}`)
    .sort();
}

/** Asserts that a cycle has just the series of these guests that the earlier cycle had, which must be more than none. */
export function assertSameSeries(cycle: Cycle, before: Cycle, guests: readonly Guest[]): void {
  for (const guest of guests) {
    const expected = seriesOf(before, guest);
    assert.ok(expected.length > 0, `${guest.name} has no samples in the cycle to compare with`);
    const message = `${guest.name} at ${new Date(cycle.readAtMs).toISOString()}`;
    assert.deepEqual(seriesOf(cycle, guest), expected, message);
  }
}
