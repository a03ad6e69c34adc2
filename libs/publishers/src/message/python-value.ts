/**
 * A whole number that is a `float` in Python: written and signed as `512.0`, packed with eight bytes. A JavaScript number
 * cannot tell, hence a box; a class, so that nothing read from outside can pass for one.
 */
export class PythonFloat {
  readonly value: number;

  constructor(value: number) {
    this.value = value;
  }
}

/**
 * What a message is made of, as Python has it. A number without a fraction is an `int`, any other one a `float`; a whole
 * `float` is boxed, and an `int` that a number cannot hold is a `bigint`.
 */
export type PythonValue =
  string | number | bigint | boolean | null | PythonFloat | readonly PythonValue[] | PythonDictionary;

/** A `dict`. Its keys have an order, in which encoders write them. */
export interface PythonDictionary {
  readonly [key: string]: PythonValue;
}

/** A number that is a `float` in Python; `null` if it is not finite, because JSON lacks those. */
export function floatValue(value: number): number | PythonFloat | null {
  if (!Number.isFinite(value)) return null;
  return Number.isInteger(value) ? new PythonFloat(value) : value;
}

/** Whether a value is a list; `Array.isArray` does not tell a readonly one from the rest. */
export const isList: (value: PythonValue) => value is readonly PythonValue[] = Array.isArray;

/** Whether a value is a `dict`. */
export function isDictionary(value: PythonValue): value is PythonDictionary {
  return typeof value === 'object' && value !== null && !isList(value) && !(value instanceof PythonFloat);
}
