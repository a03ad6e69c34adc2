/** Longer names are cut in messages: a message is one line. */
const maxShown = 60;

/** Of a list of names, a message shows this many. */
const maxListed = 10;

/**
 * The name that a value stands for where sources and sinks are named and name each other, or `undefined` if it is none. Any
 * scalar is one, as in Ceilometer, where it reads as Python writes it: `2015` is "2015", `yes` is "True", nothing is "None".
 */
export function nameOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return String(value);
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  return value === null ? 'None' : undefined;
}

/** A name for a message: as it is, or in quotes if it is empty, has line ends or other control characters, or had to be cut. */
export function showName(name: string): string {
  if (name.length > maxShown) return `${JSON.stringify(name.slice(0, maxShown))}...`;
  return /^[^\p{C}\p{Zl}\p{Zp}]+$/u.test(name) ? name : JSON.stringify(name);
}

/** Names for a message: the first ten, and how many there are besides. */
export function showNames(names: readonly string[]): string {
  const shown = names.slice(0, maxListed).map(showName).join(', ');
  return names.length > maxListed ? `${shown} and ${names.length - maxListed} more` : shown;
}
