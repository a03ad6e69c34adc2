import { durationToMs, StatisticsGroup } from '@nephometer/inspector-api';
import type { InspectInstancesRequest } from '@nephometer/inspector-api';
import { InspectorError } from '../inspector-error.ts';
import type { Violation } from '../inspector-error.ts';
import type { ReadingRequest } from '../hypervisor.ts';

/** At most this many ids in one request: libvirt's own limit for one call. */
export const maxIds = 16_384;

const uuidPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** @throws InspectorError `invalid-request` if there is a violation; the error lists all of them. */
export function throwIfAny(violations: readonly Violation[]): void {
  if (violations.length === 0) return;
  const list = violations.map(({ field, description }) => `${field}: ${description}`).join('; ');
  throw new InspectorError('invalid-request', `The request is wrong: ${list}`, { violations });
}

/** Appends what is wrong with an instance's id. */
export function checkId(id: string, field: string, violations: Violation[]): void {
  if (uuidPattern.test(id)) return;
  // What came is quoted, but never at full length.
  const shown = JSON.stringify(id.length > 60 ? `${id.slice(0, 60)}...` : id);
  violations.push({ field, description: `${shown} is not a UUID such as "0f6c1d2e-3b4a-4c5d-8e9f-a0b1c2d3e4f5"` });
}

/** A checked InspectInstancesRequest. */
export interface CheckedInspection extends ReadingRequest {
  readonly maxAgeMs: number;
}

/**
 * Checks the request and completes it: no ids means all instances, no groups all of `supported`.
 *
 * @throws InspectorError `invalid-request`
 */
export function checkInspection(
  request: InspectInstancesRequest,
  supported: readonly StatisticsGroup[],
): CheckedInspection {
  const violations: Violation[] = [];
  if (request.ids.length > maxIds) {
    const description = `${request.ids.length} ids are too many, at most ${maxIds} are taken; leave it empty for all`;
    violations.push({ field: 'ids', description });
  } else {
    request.ids.forEach((id, index) => checkId(id, `ids[${index}]`, violations));
  }
  checkGroups(request.groups, violations);
  const maxAgeMs = request.maxAge === undefined ? 0 : durationToMs(request.maxAge);
  if (maxAgeMs < 0) violations.push({ field: 'max_age', description: `${maxAgeMs} ms is negative` });
  throwIfAny(violations);
  return {
    ids: request.ids.length === 0 ? undefined : [...new Set(request.ids.map((id) => id.toLowerCase()))],
    groups: new Set(request.groups.length === 0 ? supported : request.groups),
    maxAgeMs,
  };
}

const knownGroups: ReadonlySet<number> = new Set(
  Object.values(StatisticsGroup).filter((group) => group > StatisticsGroup.UNSPECIFIED),
);

function checkGroups(groups: readonly StatisticsGroup[], violations: Violation[]): void {
  // A caller can repeat a wrong number a million times; the answer must not.
  const seen = new Set<number>();
  groups.forEach((group: number, index) => {
    if (knownGroups.has(group) || seen.has(group)) return;
    seen.add(group);
    const what =
      group === 0 ? 'STATISTICS_GROUP_UNSPECIFIED cannot be read' : `${group} is no group that this inspector knows`;
    violations.push({ field: `groups[${index}]`, description: `${what}; known are 1 to ${knownGroups.size}` });
  });
}
