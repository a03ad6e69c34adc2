import type { Instance } from '@nephometer/inspector-api';
import { createFinding } from './finding.ts';
import type { Finding } from './finding.ts';
import { byName } from './guest-facts.ts';
import { countGuests, guestLabel, guestLines, toInstances } from './guests.ts';

type Nova = NonNullable<Instance['nova']>;

/** What Ceilometer cannot do without: it passes over a guest, or ends a discovery, for want of one of these. */
const needed: readonly (readonly [words: string, get: (nova: Nova) => string | undefined])[] = [
  ['a display name', (nova) => nova.name],
  ['a flavor with a name', (nova) => nova.flavor?.name],
  ["the owner's project", (nova) => nova.owner?.projectId],
  ["the owner's user", (nova) => nova.owner?.userId],
];

/** Guests that OpenStack knows less about than about the others. A host without OpenStack gives nothing to say. */
export function checkNova(instances: readonly Instance[]): Finding[] {
  const managed = instances.filter(({ nova }) => nova !== undefined).sort(byName);
  const unmanaged = instances.filter(({ nova }) => nova === undefined).sort(byName);
  if (managed.length === 0) return [];
  return [...checkUnmanaged(unmanaged), ...checkMetadata(managed)];
}

function checkUnmanaged(guests: readonly Instance[]): Finding[] {
  if (guests.length === 0) return [];
  const title = countGuests(guests.length, 'was not made by Nova', 'were not made by Nova');
  return [
    createFinding('note', 'instances-unmanaged', title, {
      explanation: [
        'Others of this host were. Ceilometer would pass over those that were not; here they are metered, without project and user, unless coordinator.yaml says "unmanaged: false".',
        ...guestLines(guests, guestLabel),
      ],
      instances: toInstances(guests),
    }),
  ];
}

function checkMetadata(guests: readonly Instance[]): Finding[] {
  const incomplete = guests
    .map(({ id, name, nova }) => ({ id, name, lacking: nova === undefined ? [] : lackingOf(nova) }))
    .filter(({ lacking }) => lacking.length > 0);
  if (incomplete.length === 0) return [];
  const title = countGuests(incomplete.length, 'has incomplete Nova metadata', 'have incomplete Nova metadata');
  return [
    createFinding('note', 'nova-metadata-incomplete', title, {
      explanation: [
        'Ceilometer would have lost such guests; here they are metered, unless coordinator.yaml says "unmanaged: false".',
        ...guestLines(incomplete, (guest) => `${guestLabel(guest)} lacks ${guest.lacking.join(', ')}`),
      ],
      instances: toInstances(incomplete),
    }),
  ];
}

function lackingOf(nova: Nova): string[] {
  return needed.flatMap(([words, get]) => ((get(nova) ?? '') === '' ? [words] : []));
}
