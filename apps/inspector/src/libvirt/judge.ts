import { InspectionStatus, MissingReason, StatisticsGroup, timestampFromMs } from '@nephometer/inspector-api';
import type { Instance, InstanceStatistics } from '@nephometer/inspector-api';
import { isComplete } from '../statistics/is-complete.ts';
import { balloonReason, jobFields, notRunningFields } from './absence.ts';
import type { Absence } from './absence.ts';
import { findGap, take, takeNamed } from '../statistics/gap.ts';
import type { Gap } from '../statistics/gap.ts';
import { everyField } from '../statistics/group-shape.ts';
import type { FieldBits } from '../statistics/group-shape.ts';

/** Why something of one group could not be read. */
export interface Failure {
  readonly group: StatisticsGroup;
  readonly reason: MissingReason;
  /**
   * Devices or fields that have this reason, as far as they are absent; none means all of the group that is absent. Of the
   * group STATE without fields, for a domain of which nothing is known: all groups.
   */
  readonly fields: readonly string[];
  /** libvirt's message. */
  readonly detail: string;
  /** Since when the reason holds, in epoch milliseconds; absent if unknown. */
  readonly sinceMs?: number;
}

/** What is known about the instance besides its statistics. */
export interface JudgeContext {
  /** Groups that were asked for. */
  readonly groups: ReadonlySet<StatisticsGroup>;
  /** Groups that this host can give. */
  readonly supported: ReadonlySet<StatisticsGroup>;
  /** The description; absent for an instance that has just appeared. */
  readonly description: Instance | undefined;
  /** What failed for it; `undefined` if nothing did. */
  readonly failures?: readonly Failure[] | undefined;
  /**
   * Since when another operation holds the domain, in epoch milliseconds: libvirt has left out, without a word, what that
   * keeps it from reading. Absent if none does.
   */
  readonly busySinceMs?: number | undefined;
  /** The domain has no process: it is off. */
  readonly inactive: boolean;
  /** Bit `1 << group` is set for each group of which libvirt told at least something, be it a count of devices. */
  readonly told: number;
}

/**
 * Fills `missing` and `status`. Each statistic of the groups asked for is then there or has its reason: the first that
 * applies of a failure, being off, another operation, the balloon; UNSUPPORTED is what has no other.
 */
export function judge(statistics: InstanceStatistics, context: JudgeContext): void {
  const { groups, supported, inactive } = context;
  for (const group of groups) {
    if (!supported.has(group)) {
      add(statistics, group, { reason: MissingReason.UNSUPPORTED, detail: 'this hypervisor has no such group' }, []);
      continue;
    }
    const gap = findGap(statistics, group, isListTold(statistics, group, context));
    if (gap !== undefined) explain(gap, group, context);
  }
  if (inactive) statistics.status = InspectionStatus.SHUT_OFF;
  else statistics.status = isComplete(statistics.missing) ? InspectionStatus.OK : InspectionStatus.PARTIAL;
}

function explain(gap: Gap, group: StatisticsGroup, context: JudgeContext): void {
  const { failures, inactive, description, busySinceMs } = context;
  const claim = (fields: FieldBits | undefined, absence: Absence): void => {
    if (fields !== undefined) add(gap.statistics, group, absence, take(gap, fields));
  };
  for (const failure of failures ?? []) {
    const isAll = failure.group === StatisticsGroup.STATE && failure.fields.length === 0 && context.told === 0;
    if (failure.group !== group && !isAll) continue;
    if (failure.fields.length === 0) claim(everyField, failure);
    else add(gap.statistics, group, failure, takeNamed(gap, failure.fields));
  }
  if (inactive) claim(notRunningFields(group), { reason: MissingReason.NOT_RUNNING });
  if (!inactive && busySinceMs !== undefined) {
    claim(jobFields(group, description), { reason: MissingReason.JOB_BUSY, sinceMs: busySinceMs });
  }
  const balloon = inactive ? undefined : balloonReason(gap.statistics, group, description);
  if (balloon !== undefined) claim(balloon.fields, balloon);
  // libvirt tells of I/O threads only where there are some.
  if (group !== StatisticsGroup.IOTHREAD || !gap.isUntold) claim(everyField, remaining(gap, group, context));
}

/** Why that is absent for which nothing else is the reason. */
function remaining(gap: Gap, group: StatisticsGroup, { failures, description, told }: JudgeContext): Absence {
  const reason = MissingReason.UNSUPPORTED;
  if (gap.isUntold && failures !== undefined && description === undefined) {
    return {
      reason: MissingReason.LIBVIRT_ERROR,
      detail: 'the devices of an instance that has just appeared are not known yet',
    };
  }
  if (gap.isUntold && isTold(told, group))
    return { reason, detail: 'no card of this instance has a device on the host' };
  if (gap.isWhole && group === StatisticsGroup.PERF) return { reason, detail: 'no performance event is enabled' };
  return { reason };
}

/** Whether an empty list of devices means that there is none to tell of. */
function isListTold({ vnics }: InstanceStatistics, group: StatisticsGroup, context: JudgeContext): boolean {
  const { description, told } = context;
  if (group === StatisticsGroup.DISK) return isTold(told, group) || description?.disks.length === 0;
  if (group !== StatisticsGroup.VNIC) return isTold(told, group);
  if (description?.vnics.length === 0) return true;
  // libvirt counts cards that have no device on the host as well, and says nothing else of them.
  return isTold(told, group) && (vnics.length > 0 || description === undefined);
}

function isTold(told: number, group: StatisticsGroup): boolean {
  return (told & (1 << group)) !== 0;
}

function add(
  { missing }: InstanceStatistics,
  group: StatisticsGroup,
  { reason, detail = '', sinceMs }: Absence,
  fields: string[] | undefined,
): void {
  if (fields === undefined) return;
  missing.push({ group, reason, fields, since: sinceMs === undefined ? undefined : timestampFromMs(sinceMs), detail });
}
