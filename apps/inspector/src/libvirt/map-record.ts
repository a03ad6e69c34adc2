import type { DomainStats, TypedParam } from '@nephometer/libvirt';
import type { Instance, InstanceStatistics, NamedValue, StatisticsGroup } from '@nephometer/inspector-api';
import { createDraft } from './draft.ts';
import type { Draft } from './draft.ts';
import { fieldOf } from './fields.ts';
import { judge } from './judge.ts';
import type { Failure } from './judge.ts';
import { instanceState, stateReason } from './state.ts';

/** What is known besides the record. */
export interface RecordContext {
  /** Groups that were asked for. */
  readonly groups: ReadonlySet<StatisticsGroup>;
  /** Groups that this host can give. */
  readonly supported: ReadonlySet<StatisticsGroup>;
  /** The description; absent for an instance that has just appeared. */
  readonly description: Instance | undefined;
  /** What failed for this domain; `undefined` if nothing did and the record comes from a bulk call. */
  readonly failures?: readonly Failure[] | undefined;
  /** Since when another operation holds the domain, in epoch milliseconds; absent if unknown. */
  readonly busySinceMs?: number | undefined;
  /** Sizes of images by path, in bytes; absent for those that cannot be seen. */
  readonly sourceSizes?: ReadonlyMap<string, bigint> | undefined;
}

/**
 * A flat record of libvirt as statistics of the API. Known names become typed fields, all others of the groups asked
 * for become named values with their exact type and value.
 */
export function mapRecord(record: DomainStats, context: RecordContext): InstanceStatistics {
  const { domain, params } = record;
  const draft = createDraft(domain.uuid, domain.name);
  const hasNoId = domain.id === -1;
  for (const param of params) put(draft, param, context.groups, hasNoId);

  const { statistics, libvirtState, told } = draft;
  for (const disk of statistics.disks) {
    const size = disk.path === undefined ? undefined : context.sourceSizes?.get(disk.path);
    if (size !== undefined) disk.sourceSizeBytes = size;
  }
  if (libvirtState !== undefined) {
    statistics.state = instanceState(libvirtState);
    statistics.stateReason = stateReason(libvirtState, draft.libvirtReason);
  }
  // A domain that was looked up by its UUID alone has no id either, and may not have told its state.
  judge(statistics, { ...context, inactive: hasNoId && libvirtState !== undefined, told });
  return statistics;
}

function put(draft: Draft, param: TypedParam, groups: ReadonlySet<StatisticsGroup>, hasNoId: boolean): void {
  const field = fieldOf(param.name);
  // For a domain that is off libvirt tells the CPU time of its own daemon.
  if (hasNoId && param.name.startsWith('cpu.')) return;
  if (field !== undefined) draft.told |= 1 << field.group;
  if (field?.put(draft, param) === true) return;
  if (field === undefined || groups.has(field.group)) draft.statistics.other.push(namedValue(param));
}

/** A parameter under its own name, exact. */
export function namedValue({ name, type, value }: TypedParam): NamedValue {
  switch (type) {
    case 'int':
    case 'llong':
      return { name, value: { $case: 'signed', value: BigInt(value) } };
    case 'uint':
    case 'ullong':
      return { name, value: { $case: 'unsigned', value: BigInt(value) } };
    case 'double':
      return { name, value: { $case: 'number', value: Number(value) } };
    case 'boolean':
      return { name, value: { $case: 'truth', value: value === true } };
    case 'string':
      return { name, value: { $case: 'text', value: String(value) } };
  }
}
