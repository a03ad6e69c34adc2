/**
 * Numbers of YAML 1.1 as PyYAML 6.0 reads them. It is narrower than the specification: a fraction without digits
 * in front takes no sign (`+.5` is text), an exponent needs both a point in front and a sign (`1e3` and `1.0e3` are text),
 * and base 60 never starts with a zero in whole numbers (`09:30` is text).
 */

const intForm = /^[-+]?(?:0b[01_]+|0x[\da-fA-F_]+|0[0-7_]*|[1-9][\d_]*(?::[0-5]?\d)*)$/;

const floatForms: readonly RegExp[] = [
  /^[-+]?\d[\d_]*\.[\d_]*(?:[eE][-+]\d+)?$/,
  /^\.\d[\d_]*(?:[eE][-+]\d+)?$/,
  /^[-+]?\d[\d_]*(?::[0-5]?\d)+\.[\d_]*$/,
  /^[-+]?\.(?:inf|Inf|INF)$/,
  /^\.(?:nan|NaN|NAN)$/,
];

/** 60 to the power of this is beyond every float64. */
const maxParts = 174;

/** Whether a plain scalar is a whole number: decimal, octal (`010`), `0x`, `0b`, base 60 (`1:30`), with underscores. */
export function isYaml11Int(text: string): boolean {
  return intForm.test(text);
}

/** Whether a plain scalar is a number with a fraction, an infinity or not a number. */
export function isYaml11Float(text: string): boolean {
  return floatForms.some((form) => form.test(text));
}

/**
 * The number that a text tagged as `int`, by its form or by `!!int`, stands for; the nearest float64 where that cannot hold
 * it, which is an infinity above 1.8e308. `undefined` where PyYAML raises, as for `0x_`.
 */
export function constructYaml11Int(text: string): number | undefined {
  const { negative, digits } = splitSign(text);
  const size = constructSize(digits);
  // Subtracting from 0 keeps -0 out: Python's integers have none.
  return size === undefined || !negative ? size : 0 - size;
}

function constructSize(digits: string): number | undefined {
  if (/^0[bx]/.test(digits)) return digits.length > 2 ? toNumber(digits) : undefined;
  if (digits.startsWith('0')) return toNumber(digits.replace(/^0[oO]?(?=.)/, '0o'));
  if (!/^\d+(?::\d+)*$/.test(digits)) return undefined;
  if (!digits.includes(':')) return Number(digits);
  const parts = digits.split(':');
  // The first part is no zero. Exact arithmetic on a line of any length would take quadratic time.
  if (parts.length > maxParts) return Infinity;
  return Number(parts.reduce((total, part) => total * 60n + BigInt(part), 0n));
}

/** Rounds right for every base, which parseInt does not promise. */
function toNumber(literal: string): number | undefined {
  const value = Number(literal);
  return Number.isNaN(value) ? undefined : value;
}

/**
 * The number that a text tagged as `float`, by its form or by `!!float`, stands for; the tag allows all that Python's
 * `float()` does, such as `1e5` and `inf`. `undefined` where PyYAML raises.
 */
export function constructYaml11Float(text: string): number | undefined {
  const { negative, digits } = splitSign(text.toLowerCase());
  const size = constructFloatSize(digits);
  return size === undefined || !negative ? size : -size;
}

function constructFloatSize(digits: string): number | undefined {
  if (digits === '.inf') return Infinity;
  if (digits === '.nan') return NaN;
  if (!digits.includes(':')) return pythonFloat(digits);
  // In PyYAML's order, from the right: another one rounds differently.
  let total = 0;
  for (const [power, part] of digits.split(':').toReversed().entries()) {
    const value = pythonFloat(part);
    const base = Number(60n ** BigInt(power));
    if (value === undefined || base === Infinity) return undefined;
    total += value * base;
  }
  return total;
}

function pythonFloat(text: string): number | undefined {
  if (/^[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?$/.test(text)) return Number(text);
  const word = /^([-+]?)(?:(inf|infinity)|nan)$/.exec(text);
  if (word === null) return undefined;
  if (word[2] === undefined) return NaN;
  return word[1] === '-' ? -Infinity : Infinity;
}

function splitSign(text: string): { readonly negative: boolean; readonly digits: string } {
  const bare = text.replaceAll('_', '');
  return { negative: bare.startsWith('-'), digits: bare.replace(/^[-+]/, '') };
}
