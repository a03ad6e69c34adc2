/** One step of a pattern: any run of characters, any one character, this one, or one of a set. */
type Step =
  | { readonly kind: 'run' }
  | { readonly kind: 'any' }
  | { readonly kind: 'one'; readonly character: string }
  | { readonly kind: 'set'; readonly negated: boolean; readonly ranges: readonly Range[] };

/** Both ends included; empty if they are in the wrong order, as in Python. */
type Range = readonly [from: string, to: string];

/**
 * Compiles a shell pattern as Python's `fnmatch` understands it on POSIX systems: `*` is any run of characters, dots too,
 * `?` is one character, `[seq]` and `[!seq]` are sets with ranges (a `]` in first place is a member; a `[` that nothing
 * closes stands for itself). Case counts; the whole name must fit. Time is bounded by pattern length x name length.
 */
export function createWildcard(pattern: string): (name: string) => boolean {
  const steps = readSteps([...pattern]);
  return (name) => fits(steps, [...name]);
}

function readSteps(pattern: readonly string[]): readonly Step[] {
  const steps: Step[] = [];
  for (let index = 0; index < pattern.length; index++) {
    const character = pattern[index] ?? '';
    const end = character === '[' ? endOfSet(pattern, index) : -1;
    if (character === '*') steps.push({ kind: 'run' });
    else if (character === '?') steps.push({ kind: 'any' });
    else if (end === -1) steps.push({ kind: 'one', character });
    else {
      steps.push(readSet(pattern.slice(index + 1, end)));
      index = end;
    }
  }
  return steps;
}

/** Index of the bracket that closes the set, or -1. The first member may itself be a closing bracket. */
function endOfSet(pattern: readonly string[], start: number): number {
  const first = pattern[start + 1] === '!' ? start + 2 : start + 1;
  return pattern.indexOf(']', first + 1);
}

function readSet(members: readonly string[]): Step {
  const negated = members[0] === '!';
  const ranges: Range[] = [];
  for (let index = negated ? 1 : 0; index < members.length; index++) {
    const from = members[index] ?? '';
    const to = members[index + 1] === '-' ? members[index + 2] : undefined;
    ranges.push([from, to ?? from]);
    if (to !== undefined) index += 2;
  }
  return { kind: 'set', negated, ranges };
}

/** On a mismatch only the last run needs to grow: what an earlier one could take, the last one can take as well. */
function fits(steps: readonly Step[], name: readonly string[]): boolean {
  let step = 0;
  let position = 0;
  let retry: { readonly step: number; position: number } | undefined;
  while (position < name.length) {
    const current = steps[step];
    if (current?.kind === 'run') {
      retry = { step, position };
      step++;
    } else if (current !== undefined && takes(current, name[position] ?? '')) {
      step++;
      position++;
    } else if (retry !== undefined) {
      retry.position++;
      position = retry.position;
      step = retry.step + 1;
    } else {
      return false;
    }
  }
  return steps.slice(step).every((rest) => rest.kind === 'run');
}

function takes(step: Step, character: string): boolean {
  switch (step.kind) {
    case 'run':
    case 'any':
      return true;
    case 'one':
      return step.character === character;
    case 'set':
      return step.ranges.some((range) => isWithin(range, character)) !== step.negated;
  }
}

function isWithin([from, to]: Range, character: string): boolean {
  const code = character.codePointAt(0) ?? 0;
  return code >= (from.codePointAt(0) ?? 0) && code <= (to.codePointAt(0) ?? 0);
}
