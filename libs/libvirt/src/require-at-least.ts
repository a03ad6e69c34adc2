import { LibvirtError } from './error.ts';

/** Throws `invalid-argument`, with its name, for the first of `values` below `least` or not a number. */
export function requireAtLeast(least: number, values: Readonly<Record<string, number>>): void {
  for (const [name, value] of Object.entries(values)) {
    if (!(value >= least))
      throw new LibvirtError('invalid-argument', `${name} must be at least ${least}, not ${value}`);
  }
}
