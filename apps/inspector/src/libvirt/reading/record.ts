import type { Domain, DomainStats } from '@nephometer/libvirt';
import type { Instance, StatisticsGroup } from '@nephometer/inspector-api';
import type { Failure } from '../judge.ts';

/** One domain's record, and what failed for it. */
export interface DomainRecord extends DomainStats {
  /** Absent statistics of these groups have these reasons; `undefined` if nothing failed. */
  readonly failures: readonly Failure[] | undefined;
  /** Since when another operation holds the domain, in epoch milliseconds; what its monitor would tell is absent. */
  readonly busySinceMs?: number;
}

/** The records of one reading. */
export interface Records {
  /** Epoch milliseconds when the last answer arrived. */
  readonly readAtMs: number;
  readonly durationMs: number;
  readonly records: readonly DomainRecord[];
}

/** The description of a domain, if there is one. */
export type DescriptionOf = (id: string) => Instance | undefined;

/** What to read. */
export interface RecordsRequest {
  /** UUIDs; `undefined` means all domains. */
  readonly ids: readonly string[] | undefined;
  /** Groups that this daemon supports. */
  readonly groups: ReadonlySet<StatisticsGroup>;
  /** When the answer is due, in epoch milliseconds; absent if there is time. */
  readonly dueAtMs?: number;
  /** Which devices a domain has, for calls that ask for one device. */
  readonly descriptionOf: DescriptionOf;
}

/** Domains as libvirt lists them, and what to read of them. */
export interface DomainsRequest extends Omit<RecordsRequest, 'ids'> {
  readonly domains: readonly Domain[];
  /** Told of records as soon as they are there; all of them are part of the result as well. */
  readonly onRecords?: (records: readonly DomainRecord[]) => void;
}
