const numbers = new Intl.NumberFormat('en-US');

/** A number that is exact, for a person: `12,345`. */
export function exactText(count: number): string {
  return numbers.format(count);
}

/** `1 sample`, `12,345 samples`. */
export function countText(count: number, noun: string): string {
  return `${exactText(count)} ${noun}${count === 1 ? '' : 's'}`;
}
