import type { ArithmeticOperator } from './expression.ts';

/** A number with Python's types: a `bigint` is an `int`, a `number` a `float`. */
export type PythonNumber = bigint | number;

/** Largest whole number that is computed with, in bits. Volumes have 64. */
const maxBits = 4_096;

/**
 * Two numbers under an operator, as Python 3 computes it: `/` always gives a `float`, `//` and `%` go by the floor, whole
 * numbers are exact. (Python 2 floored `/` between whole numbers.)
 *
 * @throws RangeError in words for the operator: a division by zero, a result that is too large or not a real number
 */
export function computeArithmetic(operator: ArithmeticOperator, left: PythonNumber, right: PythonNumber): PythonNumber {
  const isInt = typeof left === 'bigint' && typeof right === 'bigint';
  const result = isInt
    ? computeInt(operator, left, right)
    : computeFloat(operator, pythonToFloat(left), pythonToFloat(right));
  if (typeof result === 'bigint' && bitsOf(result) > maxBits) throw tooLarge();
  return result;
}

/**
 * A whole number as a `float`, to the nearest.
 *
 * @throws RangeError if it is too large
 */
export function pythonToFloat(value: PythonNumber): number {
  const float = Number(value);
  if (typeof value === 'bigint' && !Number.isFinite(float)) throw tooLarge();
  return float;
}

function computeInt(operator: ArithmeticOperator, left: bigint, right: bigint): PythonNumber {
  switch (operator) {
    case '+':
      return left + right;
    case '-':
      return left - right;
    case '*':
      return left * right;
    case '/':
      return divideInts(left, nonZero(right));
    case '//': {
      const quotient = left / nonZero(right);
      return isFloored(left % right, right) ? quotient : quotient - 1n;
    }
    case '%': {
      const rest = left % nonZero(right);
      return isFloored(rest, right) ? rest : rest + right;
    }
    case '**':
      return right < 0n ? divideInts(1n, nonZero(powerOfInts(left, -right))) : powerOfInts(left, right);
  }
}

function computeFloat(operator: ArithmeticOperator, left: number, right: number): number {
  switch (operator) {
    case '+':
      return left + right;
    case '-':
      return left - right;
    case '*':
      return left * right;
    case '/':
      return left / nonZero(right);
    case '//':
      return floorDivide(left, nonZero(right));
    case '%':
      return floorRest(left, nonZero(right));
    case '**':
      return powerOfFloats(left, right);
  }
}

/** Whether a rest that was rounded towards zero is the one of the floor. */
function isFloored(rest: bigint, divisor: bigint): boolean {
  return rest === 0n || rest < 0n === divisor < 0n;
}

/** The nearest float to the quotient, however large the two are. */
function divideInts(left: bigint, right: bigint): number {
  if (isSafe(left) && isSafe(right)) return Number(left) / Number(right);
  const negative = left < 0n !== right < 0n;
  const [above, below] = [left < 0n ? -left : left, right < 0n ? -right : right];
  // A quotient of more bits than a float holds, with the rest as its last bit, is rounded once and rightly.
  const shift = BigInt(Math.max(0, bitsOf(below) - bitsOf(above) + 70));
  const scaled = above << shift;
  const quotient = ((scaled / below) << 1n) | (scaled % below === 0n ? 0n : 1n);
  const [half, rest] = [shift / 2n, shift + 1n - shift / 2n];
  const float = pythonToFloat(quotient) / 2 ** Number(half) / 2 ** Number(rest);
  return negative ? -float : float;
}

function isSafe(value: bigint): boolean {
  return value >= BigInt(Number.MIN_SAFE_INTEGER) && value <= BigInt(Number.MAX_SAFE_INTEGER);
}

function powerOfInts(base: bigint, exponent: bigint): bigint {
  const isUnit = base >= -1n && base <= 1n;
  if (!isUnit && exponent * BigInt(bitsOf(base) - 1) > BigInt(maxBits)) throw tooLarge();
  // Powers of 0, 1 and -1 stay small, but not the effort: the parity is all that counts.
  return isUnit && exponent > 2n ? base ** (2n - (exponent % 2n)) : base ** exponent;
}

function powerOfFloats(base: number, exponent: number): number {
  if (base === 0 && exponent < 0) throw new RangeError('zero to a negative power is a division by zero');
  // 1 to any power is 1 in Python, even to one that is not a number.
  if (base === 1) return 1;
  const result = base ** exponent;
  const isDefined = !Number.isNaN(base) && !Number.isNaN(exponent);
  if (Number.isNaN(result) && isDefined && Number.isFinite(base) && Number.isFinite(exponent)) {
    throw new RangeError('a broken power of a negative number is not a real number');
  }
  if (base === -1 && !Number.isFinite(exponent) && isDefined) return 1;
  if (!Number.isFinite(result) && Number.isFinite(base) && Number.isFinite(exponent)) throw tooLarge();
  return result;
}

/** As CPython's `float_divmod`: the quotient of what is left without the rest, lest it be one off. */
function floorDivide(left: number, right: number): number {
  const rest = left % right;
  let quotient = (left - rest) / right;
  if (rest !== 0 && right < 0 !== rest < 0) quotient -= 1;
  if (quotient === 0) return left / right < 0 || Object.is(left / right, -0) ? -0 : 0;
  const floor = Math.floor(quotient);
  return quotient - floor > 0.5 ? floor + 1 : floor;
}

function floorRest(left: number, right: number): number {
  const rest = left % right;
  if (rest === 0) return right < 0 ? -0 : 0;
  return right < 0 !== rest < 0 ? rest + right : rest;
}

function nonZero<T extends PythonNumber>(divisor: T): T {
  if (divisor === 0 || divisor === 0n) throw new RangeError('division by zero');
  return divisor;
}

/** Within three bits: enough for limits. */
function bitsOf(value: bigint): number {
  return (value < 0n ? -value : value).toString(16).length * 4;
}

function tooLarge(): RangeError {
  return new RangeError('the result is too large');
}
