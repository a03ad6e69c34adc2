import type { Sample } from '@nephometer/sample';
import type { PythonNumber } from '../expression/python-numbers.ts';
import { pythonToFloat } from '../expression/python-numbers.ts';
import { PipelineError } from '../pipeline-error.ts';

/** The volume of a sample: its number, and whether it is a `float` in Ceilometer. */
export type Amount = Pick<Sample, 'volume' | 'isFloat'>;

/** A product or a sum is a `float` if one of the two is. */
export function multiply(left: Amount, right: Amount): Amount {
  return { volume: left.volume * right.volume, isFloat: left.isFloat || right.isFloat };
}

export function add(left: Amount, right: Amount): Amount {
  return { volume: left.volume + right.volume, isFloat: left.isFloat || right.isFloat };
}

export function subtract(left: Amount, right: Amount): Amount {
  return { volume: left.volume - right.volume, isFloat: left.isFloat || right.isFloat };
}

/**
 * What an expression gave, as a volume.
 *
 * @throws PipelineError `expression_failed` for a whole number that no float64 can stand for
 */
export function toAmount(value: PythonNumber): Amount {
  try {
    return { volume: pythonToFloat(value), isFloat: typeof value === 'number' };
  } catch (error) {
    throw new PipelineError('expression_failed', 'the result of the expression is too large', { cause: error });
  }
}
