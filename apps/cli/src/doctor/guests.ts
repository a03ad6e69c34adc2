import type { FindingInstance } from './finding.ts';

/** Guests that a finding names one by one; the others are counted. */
export const GUESTS_SHOWN = 10;

/**
 * A guest as an argument of virsh. Its name, unless a shell or virsh would take that for something else: virsh tries an
 * argument as a number of a running guest and as a UUID before it takes it for a name.
 */
export function guestArgument({ id, name }: FindingInstance): string {
  const plain = /^[A-Za-z0-9._][A-Za-z0-9._-]*$/.test(name);
  const isNumber = /^\d+$/.test(name);
  const isUuid = /^(?:[0-9a-f]-?){32}$/i.test(name);
  return plain && !isNumber && !isUuid ? name : id;
}

/** `web (a75c2fa5-...)`: the name that people know and the id that never lies. */
export function guestLabel({ id, name }: FindingInstance): string {
  return name === '' || name === id ? id : `${name} (${id})`;
}

/** A line for each of the first {@link GUESTS_SHOWN} guests, and how many more there are. */
export function guestLines<T extends FindingInstance>(guests: readonly T[], describe: (guest: T) => string): string[] {
  const more = guests.length - GUESTS_SHOWN;
  return [
    ...guests.slice(0, GUESTS_SHOWN).map(describe),
    ...(more > 0 ? [`and ${more} more (--json names them all)`] : []),
  ];
}

/** `1 guest hangs`, `3 guests hang`. */
export function countGuests(count: number, one: string, several: string): string {
  return count === 1 ? `1 guest ${one}` : `${count} guests ${several}`;
}

/** Id and name alone. */
export function toInstances(guests: readonly FindingInstance[]): FindingInstance[] {
  return guests.map(({ id, name }) => ({ id, name }));
}
