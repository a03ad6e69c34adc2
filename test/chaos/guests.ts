import type { Guest, GuestSpec, TestLibvirtd } from '@nephometer/test-kit';

/** Guests on a host of these tests. */
export const GUESTS = 20;
/** As many are started at a time: more only wait for the processors. */
const AT_ONCE = 3;

/** The n-th guest's name: `g00`, `g01`... */
export const guestName = (index: number): string => `g${String(index).padStart(2, '0')}`;

/**
 * Defines and starts guests of 16 MiB, a few at a time; in the order of their numbers.
 *
 * @param specOf what sets one apart from a guest with one or two disks, and a NIC for every third
 */
export async function startGuests(
  libvirtd: TestLibvirtd,
  count = GUESTS,
  specOf: (index: number) => Partial<GuestSpec> = () => ({}),
): Promise<Guest[]> {
  const guests: Guest[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < count) {
      const index = next++;
      const usual = { name: guestName(index), disks: 1 + (index % 2), nics: index % 3 === 0 ? 1 : 0 };
      guests[index] = await libvirtd.guests.create({ ...usual, ...specOf(index) });
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return guests;
}

/** Sends a signal to the QEMU of a guest: SIGSTOP makes it hang, SIGCONT brings it back. */
export async function signalGuest({ guests }: TestLibvirtd, name: string, signal: NodeJS.Signals): Promise<void> {
  process.kill(await guests.pid(name), signal);
}
