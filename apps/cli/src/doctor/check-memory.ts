import { MissingReason } from '@nephometer/inspector-api';
import { shellWord } from '../text/shell-word.ts';
import { createFinding } from './finding.ts';
import type { Finding } from './finding.ts';
import { guestsMissing } from './guest-facts.ts';
import type { AffectedGuest, GuestFacts } from './guest-facts.ts';
import { countGuests, GUESTS_SHOWN, guestArgument, guestLabel, guestLines, toInstances } from './guests.ts';
import { virshOf } from './virsh.ts';

/** Guests that do not tell how much of their memory they use, and whose fault it is. */
export function checkMemory(facts: GuestFacts): Finding[] {
  const off = guestsMissing(facts, MissingReason.BALLOON_OFF);
  return [
    ...checkPeriod(facts),
    ...checkDevices(off.filter(({ description }) => description !== undefined && !hasBalloon(description))),
    ...checkDrivers(off.filter(({ description }) => description === undefined || hasBalloon(description))),
  ];
}

type Description = NonNullable<AffectedGuest['description']>;

function hasBalloon({ balloon }: Description): boolean {
  return balloon !== undefined && balloon.model !== 'none';
}

function checkPeriod(facts: GuestFacts): Finding[] {
  const guests = guestsMissing(facts, MissingReason.BALLOON_PERIOD_ZERO);
  if (guests.length === 0) return [];
  const virsh = virshOf(facts.host);
  const isNova = guests.some(({ description }) => description?.nova !== undefined);
  const title = countGuests(guests.length, 'is never asked for its memory use', 'are never asked for their memory use');
  return [
    createFinding('warning', 'balloon-period-zero', title, {
      explanation: [
        'The statistics period of the balloon is 0, so memory.usage, memory.swap.* and the like have no samples.',
        'What --live sets is gone when the guest stops; --config besides keeps it. libvirt does not tell the inspector of it: a guest without a balloon driver may be listed here for ten minutes more.',
        ...(isNova
          ? [
              'For guests to come: nova.conf of this host, section [libvirt], mem_stats_period_seconds = 10 (0 switches it off).',
            ]
          : []),
        ...guestLines(guests, guestLabel),
      ],
      commands: guests
        .slice(0, GUESTS_SHOWN)
        .map((guest) => `${virsh} dommemstat ${shellWord(guestArgument(guest))} --period 10 --live`),
      instances: toInstances(guests),
    }),
  ];
}

function checkDevices(guests: readonly AffectedGuest[]): Finding[] {
  if (guests.length === 0) return [];
  const title = countGuests(guests.length, 'has no balloon device', 'have no balloon device');
  return [
    createFinding('note', 'balloon-absent', `${title}, so cannot tell memory use`, {
      explanation: [
        "Only the guest knows what it uses of its memory, and the device is its way to say so. libvirt puts one into a definition unless told not to. A new one takes the guest's next start.",
        ...guestLines(guests, guestLabel),
      ],
      commands: ["virsh edit GUEST: <memballoon model='virtio'><stats period='10'/></memballoon>"],
      instances: toInstances(guests),
    }),
  ];
}

function checkDrivers(guests: readonly AffectedGuest[]): Finding[] {
  if (guests.length === 0) return [];
  const title = countGuests(guests.length, 'does not tell its memory use', 'do not tell their memory use');
  return [
    createFinding('note', 'balloon-silent', `${title}: no balloon driver, or not yet`, {
      explanation: [
        'A guest that is asked and does not answer has no driver (on Windows it comes with virtio-win), or has only just started. Only who runs the guest can load it.',
        ...guestLines(guests, guestLabel),
      ],
      commands: ['modprobe virtio_balloon  # inside the guest'],
      instances: toInstances(guests),
    }),
  ];
}
