import type { Step } from './compile-pattern.ts';

/** Where the groups of a match begin and end: see the slots of the steps. `undefined` for a group that took no part. */
export type Slots = readonly (number | undefined)[];

/** A place from which the search goes on if the one it is at leads nowhere. */
interface Fork {
  readonly step: number;
  readonly at: number;
  /** What had been kept when the fork was passed. */
  readonly slots: Slots;
}

/**
 * The first match at or after `from`, the one that Python's `re` finds: of several at one place that of the first branch, as
 * long as greedy and as short as lazy quantifiers make it.
 *
 * It goes back like the engines of Perl, Python and JavaScript, but never twice to the same step at the same place: what
 * failed there once fails again, because nothing in a pattern looks back at the groups. So it takes at most (steps x length)
 * moves, whatever the pattern.
 *
 * @param mustAdvance whether an empty match at `from` does not count
 */
export function search(
  steps: readonly Step[],
  text: readonly number[],
  from: number,
  mustAdvance: boolean,
): Slots | undefined {
  const visited = new Uint8Array(steps.length * (text.length + 1));
  for (let start = from; start <= text.length; start += 1) {
    const slots = matchAt(start);
    if (slots) return slots;
  }
  return undefined;

  function matchAt(start: number): Slots | undefined {
    const forks: Fork[] = [{ step: 0, at: start, slots: [] }];
    for (let fork = forks.pop(); fork; fork = forks.pop()) {
      const slots = follow(fork, forks);
      if (slots) return slots;
    }
    return undefined;
  }

  /** Goes on from a fork until a match or a dead end, and notes the forks it passes. */
  function follow(fork: Fork, forks: Fork[]): Slots | undefined {
    let { step: index, at, slots } = fork;
    for (let step = steps[index]; step; step = steps[index]) {
      const place = index * (text.length + 1) + at;
      if (visited[place] === 1) return undefined;
      visited[place] = 1;
      index += 1;
      switch (step.kind) {
        case 'set': {
          const codePoint = text[at];
          if (codePoint === undefined || !step.has(codePoint)) return undefined;
          at += 1;
          break;
        }
        case 'assertion':
          if (!step.holds(text, at)) return undefined;
          break;
        case 'split':
          forks.push({ step: step.second, at, slots });
          index = step.first;
          break;
        case 'jump':
          index = step.to;
          break;
        case 'keep':
          slots = withSlot(slots, step.slot, at);
          break;
        case 'match':
          return mustAdvance && at === from ? undefined : slots;
      }
    }
    return undefined;
  }
}

function withSlot(slots: Slots, slot: number, at: number): Slots {
  const changed = [...slots];
  changed[slot] = at;
  return changed;
}
