import type { Pollster } from '@nephometer/plugin';
import { compats } from '@nephometer/sample';
import type { Compat, Meter } from '@nephometer/sample';

/** A meter as it stands in a family's table, and as `docs/meters.md` shows it. */
export interface MeterRow extends Meter {
  /** The versions of Ceilometer that register it. At the others it is polled only where a source names it in full. */
  readonly versions: readonly Compat[];
  /** What it says, in a sentence for operators. */
  readonly description: string;
  /**
   * Whether it is made from two readings because the hypervisor does not tell it, and Ceilometer with libvirt never gives
   * it. Default false.
   */
  readonly isDerived?: boolean;
  /** The name its samples bear, where that is not the name it is polled by. */
  readonly sampleName?: string;
}

/** A row as of the newest version, and in `at` what differs at another one. */
export type Versioned<Row> = Row & { readonly at?: { readonly [version in Compat]?: Partial<Row> } };

/** A table of one family of meters, as documentation needs it: no more than what all families have in common. */
export interface MeterFamily {
  readonly title: string;
  /** `resource_id` of the samples, with placeholders. */
  readonly resourceId: string;
  /** What the samples' metadata has beyond that of the instance; empty if nothing. */
  readonly metadata: string;
  readonly rows: readonly Versioned<MeterRow>[];
}

// Who registers what, for the tables.
export const all = compats;
export const since19 = ['19.0.0', 'head'] as const;
export const onlyHead = ['head'] as const;
export const only19 = ['19.0.0'] as const;
export const until19 = ['2015', '19.0.0'] as const;
export const only2015 = ['2015'] as const;

/** A row as it is at one version. */
export function rowAt<Row extends MeterRow>(row: Versioned<Row>, compat: Compat): Row {
  return { ...row, ...row.at?.[compat] };
}

/** What the samples of a row have in common. */
export function meterOf({ name, sampleName, type, unit, isFloat }: MeterRow): Meter {
  return { name: sampleName ?? name, type, unit, isFloat: isFloat ?? false };
}

/** How a row is found in polling files: the part of its pollster that does not depend on the family. */
export function selectionOf(
  { name, versions, isDerived }: MeterRow,
  compat: Compat,
): Required<Pick<Pollster, 'name' | 'discovery' | 'byNameOnly' | 'isDerived'>> {
  return {
    name,
    discovery: 'local_instances',
    byNameOnly: !versions.includes(compat),
    isDerived: isDerived ?? false,
  };
}
