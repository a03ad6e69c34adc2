import assert from 'node:assert/strict';
import { durationToMs } from '@nephometer/inspector-api';
import { eventually } from '@nephometer/test-kit';
import { shapesOf } from './completeness.ts';
import type { Shapes } from './completeness.ts';
import { untilServing } from './health.ts';
import { readDurationMs } from './inspector-under-test.ts';
import type { InspectorUnderTest } from './inspector-under-test.ts';

/** What readings of a host are like as long as nothing is wrong. */
export interface Usual {
  readonly shapes: Shapes;
  /** Slowest of the last readings, in milliseconds, by the inspector's own account. */
  readonly slowestMs: number;
}

/** So many readings that the inspector has learned how long they take. */
const READINGS = 6;

/**
 * Waits until the inspector serves, and asks it until all instances are well. The first reading is slow: libvirt has to find
 * out a lot about a guest that has just started.
 */
export async function warmUp(inspector: InspectorUnderTest): Promise<Usual> {
  await untilServing(inspector, true, 30_000);
  let shapes = await eventually(async () => shapesOf(await inspector.inspect()));
  const durations: number[] = [];
  while (durations.length < READINGS) {
    const reading = await inspector.inspect();
    durations.push(readDurationMs(reading));
    shapes = shapesOf(reading);
  }
  return { shapes, slowestMs: Math.max(...durations) };
}

/** What a machine with other tests on it may add to a reading. */
const LOAD_MARGIN_MS = 1000;
/** On a host as small as these an inspector that announces more protects nobody; learned are about 1000 ms. */
const DEADLINE_AT_MOST_MS = 5000;

/** How long a reading may take that meets guests which have just hung: by what the inspector announces at this moment. */
export async function allowedMs(inspector: InspectorUnderTest, { slowestMs }: Usual): Promise<number> {
  const { hangProtection } = await inspector.getHost();
  assert.ok(hangProtection?.hedgeDeadline !== undefined, 'the host announces no hedge deadline');
  const deadlineMs = durationToMs(hangProtection.hedgeDeadline);
  assert.ok(deadlineMs <= DEADLINE_AT_MOST_MS, `a hedge deadline of ${deadlineMs} ms is announced`);
  return slowestMs + deadlineMs + LOAD_MARGIN_MS;
}
