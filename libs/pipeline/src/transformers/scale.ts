import type { Sample } from '@nephometer/sample';
import { describeValue } from '@nephometer/service';
import { evaluateNumber } from '../expression/evaluate.ts';
import { parseExpression } from '../expression/parse-expression.ts';
import { multiply, toAmount } from './amount.ts';
import type { Amount } from './amount.ts';
import { attempt, isEmpty, refuse } from './parameters.ts';
import type { Place } from './parameters.ts';

/** The scaled volume of a sample. May throw a PipelineError. */
export type Scale = (sample: Sample) => Amount;

/** The volume as it is. */
export const unscaled: Scale = ({ volume, isFloat }) => ({ volume, isFloat });

/**
 * Reads `target.scale`: a number is multiplied with the volume; the value of an expression takes its place, so it must name
 * `volume` itself; none, 0 and an empty text leave it. YAML does not tell `2.0` from `2`: a number without a fraction is an
 * `int` in a product; `"volume * 2.0"` makes sure of a `float`.
 */
export function readScale(place: Place): Scale {
  const { value } = place;
  if (isEmpty(place) || value === 0 || value === '') return unscaled;
  if (typeof value === 'string') return readExpression(place, value);
  if (typeof value === 'number' && Number.isFinite(value)) {
    const factor = { volume: value, isFloat: !Number.isInteger(value) };
    return (sample) => multiply(sample, factor);
  }
  refuse(place, `expected a number or an expression in quotes, got ${describeValue(value)}`);
  return unscaled;
}

function readExpression(place: Place, text: string): Scale {
  const expression = attempt(place, () => parseExpression(text, 'sample'));
  if (expression === undefined) return unscaled;
  return (sample) => toAmount(evaluateNumber(expression, () => sample));
}
