import type { Spread } from '../scenario.ts';

/** A spread as a table shows it: `1.23 (1.20 to 1.31)`. */
export function withQuartiles({ median, q1, q3 }: Spread): string {
  return `${short(median)} (${short(q1)} to ${short(q3)})`;
}

/** Two decimals for small numbers, one for others. */
export function short(value: number): string {
  return value.toFixed(value < 9.995 ? 2 : 1);
}

/** A large number with commas and three digits that mean something: `1,230,000`. */
export function rounded(value: number): string {
  return Number(value.toPrecision(3)).toLocaleString('en-US');
}

/** `1 round`, `2 rounds`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
