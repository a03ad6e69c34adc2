import { MissingReason } from '@nephometer/inspector-api';
import { groupWord } from '../inspector/names.ts';
import { createFinding } from './finding.ts';
import type { Finding } from './finding.ts';
import { guestsMissing } from './guest-facts.ts';
import type { AffectedGuest, GuestFacts } from './guest-facts.ts';
import { countGuests, guestLabel, guestLines, toInstances } from './guests.ts';

/** Guests of which libvirt could not tell something, in its own words. */
export function checkErrors(facts: GuestFacts): Finding[] {
  const guests = guestsMissing(facts, MissingReason.LIBVIRT_ERROR);
  if (guests.length === 0) return [];
  const title = countGuests(guests.length, 'could not be read whole', 'could not be read whole');
  return [
    createFinding('warning', 'libvirt-error', `${title}: libvirt answered with errors`, {
      explanation: guestLines(guests, describeErrors),
      checks: ['journalctl -u libvirtd -u virtqemud -n 50'],
      instances: toInstances(guests),
    }),
  ];
}

/** `web (a75c2fa5-...): disk, vnic: no such device`: each message once, with all groups that have it. */
function describeErrors(guest: AffectedGuest): string {
  const messages = Map.groupBy(guest.missing, ({ detail }) => detail || 'no message');
  const parts = [...messages].map(([message, missing]) => {
    const groups = new Set(missing.map(({ group }) => groupWord(group)));
    return `${[...groups].join(', ')}: ${message}`;
  });
  return `${guestLabel(guest)}: ${parts.join('; ')}`;
}
