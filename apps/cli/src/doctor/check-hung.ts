import { MissingReason } from '@nephometer/inspector-api';
import { groupWord } from '../inspector/names.ts';
import { shellWord } from '../text/shell-word.ts';
import { createFinding } from './finding.ts';
import type { Finding, FindingDetails } from './finding.ts';
import { guestsMissing, missingSince } from './guest-facts.ts';
import type { AffectedGuest, GuestFacts } from './guest-facts.ts';
import { countGuests, GUESTS_SHOWN, guestArgument, guestLabel, guestLines, toInstances } from './guests.ts';
import { virshOf } from './virsh.ts';

/** Guests whose QEMU does not answer, and what that costs the others. */
export function checkHung(facts: GuestFacts): Finding[] {
  return [...checkStuckCalls(facts), ...checkMonitors(facts), ...checkJobs(facts)];
}

/** Each guest that hangs is a finding of its own, up to {@link GUESTS_SHOWN}; the others share one. */
function checkMonitors(facts: GuestFacts): Finding[] {
  const hung = guestsMissing(facts, MissingReason.MONITOR_HUNG);
  const common =
    hung.length > 1
      ? [`${hung.length} guests of this host hang: look for what they share first, such as their storage.`]
      : [];
  const rest = hung.slice(GUESTS_SHOWN);
  const findings = hung.slice(0, GUESTS_SHOWN).map((guest) =>
    createFinding('problem', 'monitor-hung', `guest ${guestLabel(guest)} hangs: its QEMU does not answer`, {
      explanation: [whenAndWhat(facts, guest), ...common, ...advice],
      ...remedies(facts, guest),
      instances: toInstances([guest]),
    }),
  );
  if (rest.length === 0) return findings;
  const others = createFinding('problem', 'monitor-hung', `${countGuests(rest.length, 'more hangs', 'more hang')}`, {
    explanation: guestLines(rest, guestLabel),
    instances: toInstances(rest),
  });
  return [...findings, others];
}

const advice = [
  'STAT of its process tells why: T, somebody stopped it, and CONT lets it go on; D, it waits for storage that does not answer; R or S, QEMU itself is busy or broken. "virsh qemu-monitor-command" would hang as well.',
];

function whenAndWhat({ host }: GuestFacts, { missing, statistics }: AffectedGuest): string {
  const since = missingSince(missing);
  const lost = new Set(statistics.missing.filter(({ fields }) => fields.length === 0).map(({ group }) => group));
  const partly = new Set(statistics.missing.filter(({ group }) => !lost.has(group)).map(({ group }) => group));
  const groups = (host?.supportedGroups ?? []).filter((group) => !lost.has(group));
  const words = groups.map((group) => (partly.has(group) ? `${groupWord(group)} in part` : groupWord(group)));
  const measured = words.length === 0 ? '' : ` Still measured: ${words.join(', ')}.`;
  return `It hangs ${since === undefined ? 'since an unknown time' : `since ${since}`}.${measured}`;
}

function remedies({ host }: GuestFacts, guest: AffectedGuest): FindingDetails {
  const virsh = virshOf(host);
  const argument = shellWord(guestArgument(guest));
  // QEMU has the UUID among its arguments; the beginning of the pattern keeps pgrep from finding a shell that has it, too.
  const pids = `pgrep -d, -f ${shellWord(`^[^ ]*qemu.* ${guest.id}`)}`;
  return {
    checks: [`${virsh} domstate ${argument} --reason`, `ps -o pid,stat,wchan:30,etime,comm -p "$(${pids})"`],
    commands: [
      'kill -CONT PID  # where STAT is T',
      `${virsh} destroy ${argument}  # the last resort: pulls the guest's plug`,
    ],
  };
}

function checkJobs(facts: GuestFacts): Finding[] {
  const busy = guestsMissing(facts, MissingReason.JOB_BUSY);
  if (busy.length === 0) return [];
  const virsh = virshOf(facts.host);
  const title = countGuests(busy.length, 'is busy with another operation', 'are busy with other operations');
  return [
    createFinding('note', 'job-busy', title, {
      explanation: [
        'While a migration, a snapshot or the like goes on, libvirt withholds part of the statistics of a guest.',
        ...guestLines(busy, (guest) => {
          const since = missingSince(guest.missing);
          return `${guestLabel(guest)}${since === undefined ? '' : `, since ${since}`}`;
        }),
      ],
      checks: busy.slice(0, GUESTS_SHOWN).map((guest) => `${virsh} domjobinfo ${shellWord(guestArgument(guest))}`),
      instances: toInstances(busy),
    }),
  ];
}

function checkStuckCalls(facts: GuestFacts): Finding[] {
  const spared = guestsMissing(facts, MissingReason.STUCK_CALLS);
  const { stuckCalls = 0, stuckCallsMaximum = 0 } = facts.host?.hangProtection ?? {};
  const isFull = stuckCallsMaximum > 0 && stuckCalls >= stuckCallsMaximum;
  if (spared.length === 0 && !isFull) return [];
  const number = isFull ? `: ${stuckCalls} of ${stuckCallsMaximum} calls wait for guests that hang` : '';
  return [
    createFinding(
      'problem',
      'stuck-calls-exhausted',
      `no guest of this host is asked for all its statistics${number}`,
      {
        explanation: [
          'One more stuck call could cost the daemon its last threads, so until one returns the inspector reads only what needs no QEMU. Bring back the guests that hang, or destroy them: the rest comes back by itself.',
          ...(spared.length === 0 ? [] : [`${countGuests(spared.length, 'was', 'were')} read in part because of it.`]),
        ],
        instances: toInstances(spared),
      },
    ),
  ];
}
