import { PipelineError } from '../pipeline-error.ts';
import type { Assertion, CharacterTest, Pattern } from './pattern.ts';

/** A step of a matcher. It goes on with the next one unless it says otherwise. */
export type Step =
  | { readonly kind: 'set'; readonly has: CharacterTest }
  | { readonly kind: 'assertion'; readonly holds: Assertion }
  /** Tries `first`, then `second`. */
  | { readonly kind: 'split'; first: number; second: number }
  | { readonly kind: 'jump'; to: number }
  /** Keeps the place: `2 n` is the start of group `n`, `2 n + 1` its end; group 0 is the whole match. */
  | { readonly kind: 'keep'; readonly slot: number }
  | { readonly kind: 'match' };

/** Most steps of a program. Repetitions by `{m,n}` are written out, so that a short pattern can need many. */
const maxSteps = 1_000;

/**
 * The steps that match a pattern.
 *
 * @throws PipelineError `bad_pattern` if there would be more than 1,000
 */
export function compilePattern(pattern: Pattern): readonly Step[] {
  const steps: Step[] = [];

  function add<T extends Step>(step: T): T {
    if (steps.length === maxSteps) {
      throw new PipelineError('bad_pattern', `the pattern needs more than ${maxSteps} steps; repeat less by {m,n}`);
    }
    steps.push(step);
    return step;
  }

  function addPattern(part: Pattern): void {
    switch (part.kind) {
      case 'set':
      case 'assertion':
        add(part);
        return;
      case 'sequence':
        for (const inner of part.parts) addPattern(inner);
        return;
      case 'choice':
        addChoice(part.branches);
        return;
      case 'group':
        add({ kind: 'keep', slot: part.number * 2 });
        addPattern(part.body);
        add({ kind: 'keep', slot: part.number * 2 + 1 });
        return;
      case 'repeat':
        addRepeat(part);
    }
  }

  function addChoice([branch, ...others]: readonly Pattern[]): void {
    if (branch === undefined) return;
    if (others.length === 0) return addPattern(branch);
    const split = add({ kind: 'split', first: steps.length + 1, second: 0 });
    addPattern(branch);
    const jump = add({ kind: 'jump', to: 0 });
    split.second = steps.length;
    addChoice(others);
    jump.to = steps.length;
  }

  function addRepeat({ body, min, max, lazy }: Pattern & { readonly kind: 'repeat' }): void {
    for (let count = 0; count < min; count += 1) addPattern(body);
    if (max === Infinity) {
      const loop = steps.length;
      addOptional(body, lazy, () => add({ kind: 'jump', to: loop }));
      return;
    }
    // Each optional copy is inside the one before it: without that one there is none of it.
    const addMore = (left: number): void => {
      if (left > 0) addOptional(body, lazy, () => addMore(left - 1));
    };
    addMore(max - min);
  }

  function addOptional(body: Pattern, lazy: boolean, addRest: () => void): void {
    const split = add({ kind: 'split', first: 0, second: 0 });
    const inside = steps.length;
    addPattern(body);
    addRest();
    const outside = steps.length;
    [split.first, split.second] = lazy ? [outside, inside] : [inside, outside];
  }

  add({ kind: 'keep', slot: 0 });
  addPattern(pattern);
  add({ kind: 'keep', slot: 1 });
  add({ kind: 'match' });
  return steps;
}
