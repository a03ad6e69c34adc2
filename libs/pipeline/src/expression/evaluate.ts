import { isDeepStrictEqual } from 'node:util';
import type { MetadataValue, Sample } from '@nephometer/sample';
import { PipelineError } from '../pipeline-error.ts';
import type { ArithmeticOperator, ComparisonLink, Expression, Mapping, Value } from './expression.ts';
import { computeArithmetic } from './python-numbers.ts';
import type { PythonNumber } from './python-numbers.ts';
import { entryOf, fieldOf } from './sample-fields.ts';

/** Longest text that is made by `+` and `*`, in characters. */
const maxText = 10_000;

/**
 * The value of an expression, by Python's rules: `and` and `or` give one of their operands; zero, empty and `None` are
 * false; `True` is 1. What is missing in a sample's metadata is false as well, so that `x or 1` works, and nothing can be
 * computed with it. Takes time in proportion to the expression.
 *
 * @param sampleOf the sample of a meter; asked with `undefined` by an expression that is about one sample
 * @throws PipelineError `expression_failed` with the column
 */
export function evaluate(expression: Expression, sampleOf: (meter: string | undefined) => Sample): Value {
  const visit = (part: Expression): Value => {
    switch (part.kind) {
      case 'constant':
        return part.value;
      case 'field':
        return fieldOf(sampleOf(part.meter), part.name);
      case 'attribute':
        return attributeOf(visit(part.of), part.name, part.column);
      case 'not':
        return !isTruthy(visit(part.operand));
      case 'sign': {
        const operand = numberOf(visit(part.operand), part.column);
        return part.operator === '-' ? -operand : operand;
      }
      case 'arithmetic':
        return compute(part.operator, visit(part.left), visit(part.right), part.column);
      case 'logical': {
        const left = visit(part.left);
        return isTruthy(left) === (part.operator === 'or') ? left : visit(part.right);
      }
      case 'comparison':
        return compareChain(visit(part.first), part.links, visit);
    }
  };
  return visit(expression);
}

/**
 * The value of an expression that must be a number: `True` is 1.
 *
 * @throws PipelineError `expression_failed`
 */
export function evaluateNumber(expression: Expression, sampleOf: (meter: string | undefined) => Sample): PythonNumber {
  return numberOf(evaluate(expression, sampleOf), 1);
}

function compute(operator: ArithmeticOperator, left: Value, right: Value, column: number): Value {
  if (typeof left === 'string' || typeof right === 'string') return computeText(operator, left, right, column);
  const [leftNumber, rightNumber] = [numberOf(left, column), numberOf(right, column)];
  try {
    return computeArithmetic(operator, leftNumber, rightNumber);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw failed(column, error.message);
  }
}

/** Texts can be joined, and repeated by a whole number. */
function computeText(operator: ArithmeticOperator, left: Value, right: Value, column: number): string {
  if (operator === '+' && typeof left === 'string' && typeof right === 'string') {
    return bounded(left.length + right.length, column, () => left + right);
  }
  const [text, times] = typeof left === 'string' ? [left, right] : [right, left];
  if (operator === '*' && typeof text === 'string' && (typeof times === 'bigint' || typeof times === 'boolean')) {
    const count = Math.max(0, Number(times));
    return bounded(text.length * count, column, () => (text === '' ? '' : text.repeat(count)));
  }
  throw failed(column, `${describe(left)} ${operator} ${describe(right)} cannot be computed`);
}

function bounded(length: number, column: number, make: () => string): string {
  if (length > maxText) throw failed(column, `the text would have more than ${maxText} characters`);
  return make();
}

function compareChain(first: Value, links: readonly ComparisonLink[], visit: (part: Expression) => Value): boolean {
  let left = first;
  for (const { operator, right: rightPart, column } of links) {
    const right = visit(rightPart);
    const equal = isEqual(left, right);
    if (operator === '==' || operator === '!=') {
      if (equal !== (operator === '==')) return false;
    } else {
      const less = operator.startsWith('<') ? isLess(left, right, column) : isLess(right, left, column);
      if (!less && !(operator.endsWith('=') && equal)) return false;
    }
    left = right;
  }
  return true;
}

function isEqual(left: Value, right: Value): boolean {
  if (isNumeric(left) && isNumeric(right)) {
    const [leftNumber, rightNumber] = [toNumber(left), toNumber(right)];
    // Not by ===, to which 1 and 1n differ; and NaN equals nothing.
    return leftNumber <= rightNumber && leftNumber >= rightNumber;
  }
  return left === right || (Array.isArray(left) && Array.isArray(right) && isDeepStrictEqual(left, right));
}

/** Numbers by size, texts by code point, as Python orders them. */
function isLess(left: Value, right: Value, column: number): boolean {
  if (isNumeric(left) && isNumeric(right)) return toNumber(left) < toNumber(right);
  if (typeof left === 'string' && typeof right === 'string') {
    return Buffer.compare(Buffer.from(left), Buffer.from(right)) < 0;
  }
  throw failed(column, `${describe(left)} and ${describe(right)} have no order`);
}

function isTruthy(value: Value): boolean {
  switch (typeof value) {
    case 'boolean':
      return value;
    case 'bigint':
      return value !== 0n;
    case 'number':
      // Not by `!value`: NaN is true in Python.
      return value !== 0;
    case 'string':
      return value !== '';
    default:
      return value !== null && Object.keys(value).length > 0;
  }
}

function attributeOf(value: Value, name: string, column: number): Value {
  if (isMapping(value)) return entryOf(value, name);
  throw failed(column, `${describe(value)} has no "${name}"`);
}

function isMapping(value: Value): value is Mapping {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isNumeric(value: Value): value is PythonNumber | boolean {
  return typeof value === 'bigint' || typeof value === 'number' || typeof value === 'boolean';
}

function toNumber(value: PythonNumber | boolean): PythonNumber {
  return typeof value === 'boolean' ? BigInt(value) : value;
}

function numberOf(value: Value, column: number): PythonNumber {
  if (isNumeric(value)) return toNumber(value);
  const advice = isMapping(value) && Object.keys(value).length === 0 ? '; write (NAME or 1) for a default' : '';
  throw failed(column, `expected a number, got ${describe(value)}${advice}`);
}

function describe(value: Value | readonly MetadataValue[]): string {
  if (value === null) return 'None';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return Object.keys(value).length === 0 ? 'something missing' : 'a mapping';
  return typeof value === 'string' ? 'a text' : 'a number';
}

function failed(column: number, message: string): PipelineError {
  return new PipelineError('expression_failed', `column ${column}: ${message}`);
}
