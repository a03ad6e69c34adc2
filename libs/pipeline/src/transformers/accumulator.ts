import type { Sample } from '@nephometer/sample';
import type { FactoryInput } from './factory.ts';
import { entriesOf, wholeNumberOf } from './parameters.ts';

/**
 * `accumulator`: keeps samples until a batch ends with at least `size` of them (default 1), then gives them all. It holds at
 * most what `size` and one batch are together. A `size` below 1 keeps none.
 */
export const accumulator: FactoryInput<{ readonly size: number }> = {
  name: 'accumulator',
  read: (place, { stateLimit }) => ({ size: wholeNumberOf(entriesOf(place, ['size'])('size'), stateLimit) ?? 1 }),
  create({ size }) {
    let held: Sample[] = [];
    return {
      handle(sample) {
        if (size < 1) return sample;
        held.push(sample);
        return undefined;
      },
      flush() {
        if (held.length < size) return [];
        const given = held;
        held = [];
        return given;
      },
      report: () => ({ held: held.length, evicted: 0, failed: 0, error: undefined }),
    };
  },
};
