import { InspectionStatus, timestampToMs } from '@nephometer/inspector-api';
import type {
  Host,
  InspectInstancesResponse,
  Instance,
  InstanceStatistics,
  MissingReason,
  MissingStatistics,
} from '@nephometer/inspector-api';
import type { Answers } from './answers.ts';
import { valueOf } from './answers.ts';
import type { FindingInstance } from './finding.ts';

/** What is known about the guests of a host; parts that the inspector did not tell are empty. */
export interface GuestFacts {
  readonly host: Host | undefined;
  readonly instances: readonly Instance[];
  readonly readings: readonly InstanceStatistics[];
}

/** A guest of which something is missing for a certain reason. */
export interface AffectedGuest extends FindingInstance {
  /** What is missing for that reason, at least one. */
  readonly missing: readonly MissingStatistics[];
  readonly statistics: InstanceStatistics;
  /** Absent if the inspector did not describe it. */
  readonly description: Instance | undefined;
}

/** The guests' part of what an inspector answered. */
export function guestFactsOf(answers: Answers): GuestFacts {
  return {
    host: valueOf(answers.host),
    instances: valueOf(answers.instances) ?? [],
    readings: valueOf(answers.reading)?.instances ?? [],
  };
}

/** The guests of which something is missing for `reason`, by name. */
export function guestsMissing({ instances, readings }: GuestFacts, reason: MissingReason): AffectedGuest[] {
  const descriptions = new Map(instances.map((instance) => [instance.id, instance]));
  return readings
    .map((statistics) => ({
      id: statistics.id,
      name: statistics.name,
      missing: statistics.missing.filter((one) => one.reason === reason),
      statistics,
      description: descriptions.get(statistics.id),
    }))
    .filter(({ missing }) => missing.length > 0)
    .sort(byName);
}

/** Order by name, as people look for them. */
export function byName(a: FindingInstance, b: FindingInstance): number {
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
}

/** Since when the first of them is missing, as ISO time to the second; nothing if unknown. */
export function missingSince(missing: readonly MissingStatistics[]): string | undefined {
  const times = missing.flatMap(({ since }) => (since === undefined ? [] : [timestampToMs(since)]));
  const first = new Date(Math.min(...times));
  return Number.isNaN(first.getTime()) ? undefined : `${first.toISOString().slice(0, 19)}Z`;
}

/** How many instances a reading has, and how many of them are as complete as they can be: OK, or off. */
export function countRead({ instances }: InspectInstancesResponse): { readonly total: number; readonly whole: number } {
  const present = instances.filter(({ status }) => status !== InspectionStatus.GONE);
  const whole = present.filter(({ status }) => status === InspectionStatus.OK || status === InspectionStatus.SHUT_OFF);
  return { total: present.length, whole: whole.length };
}
