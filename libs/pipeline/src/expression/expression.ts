import type { MetadataValue } from '@nephometer/sample';

/**
 * A value while an expression is computed, with Python's types: a `bigint` is an `int`, a `number` is a `float`. A missing
 * name is an empty mapping.
 */
export type Value = bigint | number | boolean | string | null | readonly MetadataValue[] | Mapping;

/** A nested object of a sample's metadata, or nothing at all. */
export interface Mapping {
  readonly [key: string]: MetadataValue;
}

export type ArithmeticOperator = '+' | '-' | '*' | '/' | '//' | '%' | '**';
export type ComparisonOperator = '==' | '!=' | '<' | '<=' | '>' | '>=';

/** An expression that was read, as a tree. `column` counts from 1 and is where an operator or a name stands in the text. */
export type Expression =
  | { readonly kind: 'constant'; readonly value: Value }
  /** A field of the sample of `meter`, or of the only sample there is. */
  | { readonly kind: 'field'; readonly meter: string | undefined; readonly name: string }
  | { readonly kind: 'attribute'; readonly of: Expression; readonly name: string; readonly column: number }
  | { readonly kind: 'not'; readonly operand: Expression }
  | { readonly kind: 'sign'; readonly operator: '+' | '-'; readonly operand: Expression; readonly column: number }
  | {
      readonly kind: 'arithmetic';
      readonly operator: ArithmeticOperator;
      readonly left: Expression;
      readonly right: Expression;
      readonly column: number;
    }
  | {
      readonly kind: 'logical';
      readonly operator: 'and' | 'or';
      readonly left: Expression;
      readonly right: Expression;
    }
  /** `a < b <= c`: each operand is compared with the one after it. */
  | { readonly kind: 'comparison'; readonly first: Expression; readonly links: readonly ComparisonLink[] };

export interface ComparisonLink {
  readonly operator: ComparisonOperator;
  readonly right: Expression;
  readonly column: number;
}
