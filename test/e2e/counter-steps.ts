import assert from 'node:assert/strict';
import { pauseOf, timestampUs } from './pauses.ts';
import type { Pause } from './pauses.ts';
import type { WrittenSample } from './samples-file.ts';

/** From one sample of a counter to the next one of the same resource. */
export interface CounterStep {
  readonly earlier: WrittenSample;
  readonly later: WrittenSample;
  /** The pauses in which they were read; undefined outside of any. */
  readonly from: Pause | undefined;
  readonly to: Pause | undefined;
}

/** All steps of a counter, of each resource in the order of time. */
export function stepsOf(counter: string, samples: readonly WrittenSample[], pauses: readonly Pause[]): CounterStep[] {
  const series = Map.groupBy(
    samples.filter(({ name }) => name === counter),
    ({ resource_id: id }) => id,
  );
  return [...series.values()].flatMap((ofResource) =>
    ofResource.slice(1).map((later, index) => {
      const earlier = ofResource[index] ?? later;
      return { earlier, later, from: pauseOf(earlier, pauses), to: pauseOf(later, pauses) };
    }),
  );
}

/** What a counter grew by in a step between two known pauses, as virsh showed it, and in how many seconds. */
export function growthByVirsh({ earlier, later, from, to }: CounterStep): { growth: number; seconds: number } {
  return {
    growth: shownByVirsh(later, to) - shownByVirsh(earlier, from),
    seconds: (timestampUs(later) - timestampUs(earlier)) / 1e6,
  };
}

/**
 * The number of virsh, which must be the published one. CPU time alone may lie between two looks: what the monitor's
 * answers to the coordinator cost QEMU belongs to it.
 */
function shownByVirsh({ name, resource_id: id, volume }: WrittenSample, pause: Pause | undefined): number {
  const [before, after] = [pause?.before.get(`${name} ${id}`), pause?.after.get(`${name} ${id}`)];
  assert.ok(before !== undefined && after !== undefined, `virsh shows no ${name} of ${id}`);
  assert.ok(before <= volume && volume <= after, `${name} of ${id}: ${volume}, virsh: ${before} and then ${after}`);
  return before === after ? before : volume;
}
