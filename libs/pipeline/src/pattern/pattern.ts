import { PipelineError } from '../pipeline-error.ts';

/** A regular expression that was read, as a tree. */
export type Pattern =
  /** One character of a set. */
  | { readonly kind: 'set'; readonly has: CharacterTest }
  | { readonly kind: 'assertion'; readonly holds: Assertion }
  | { readonly kind: 'sequence'; readonly parts: readonly Pattern[] }
  /** The first branch that leads to a match wins. */
  | { readonly kind: 'choice'; readonly branches: readonly Pattern[] }
  /** What it matched is kept under its number, from 1 on. */
  | { readonly kind: 'group'; readonly number: number; readonly body: Pattern }
  | {
      readonly kind: 'repeat';
      readonly body: Pattern;
      readonly min: number;
      /** `Infinity` for no bound. */
      readonly max: number;
      readonly lazy: boolean;
    };

/** Whether a character, by its code point, is in a set. */
export type CharacterTest = (codePoint: number) => boolean;

/** Whether something holds between the characters of a text, before the one at `at`. */
export type Assertion = (text: readonly number[], at: number) => boolean;

/** The groups of a pattern. */
export interface Groups {
  readonly count: number;
  readonly names: ReadonlyMap<string, number>;
}

/** Whether a pattern fits an empty text. */
export function canBeEmpty(pattern: Pattern): boolean {
  switch (pattern.kind) {
    case 'set':
      return false;
    case 'assertion':
      return true;
    case 'sequence':
      return pattern.parts.every(canBeEmpty);
    case 'choice':
      return pattern.branches.some(canBeEmpty);
    case 'group':
      return canBeEmpty(pattern.body);
    case 'repeat':
      return pattern.min === 0 || canBeEmpty(pattern.body);
  }
}

/** An error that says where in the pattern it is; `index` counts from 0. */
export function badPattern(index: number, message: string): PipelineError {
  return new PipelineError('bad_pattern', `column ${index + 1}: ${message}`);
}
