import { meterFamilies, rowAt } from '@nephometer/pollsters';
import { compats } from '@nephometer/sample';
import type { Compat } from '@nephometer/sample';
import type { SeriesResult } from './compare-all.ts';

/** Names of the meters that we make from two readings, as their samples bear them. */
export function derivedMeters(compat: Compat): ReadonlySet<string> {
  const rows = meterFamilies.flatMap((family) => family.rows.map((row) => rowAt(row, compat)));
  return new Set(rows.filter(({ isDerived }) => isDerived).map(({ name, sampleName }) => sampleName ?? name));
}

/**
 * Another version of Ceilometer, the newest one, that has all the units that differ; nothing if there is none. The wrong
 * `compat` is the first thing that goes wrong.
 */
export function otherCompat(results: readonly SeriesResult[], compat: Compat): Compat | undefined {
  const units = results.flatMap(({ meter, differences }) =>
    differences.filter(({ kind }) => kind === 'unit').map(({ theirs = '' }) => ({ meter, theirs })),
  );
  if (units.length === 0) return undefined;
  return compats.findLast(
    (other) => other !== compat && units.every(({ meter, theirs }) => hasUnit(meter, theirs, other)),
  );
}

function hasUnit(meter: string, unitAsJson: string, compat: Compat): boolean {
  const rows = meterFamilies.flatMap((family) => family.rows.map((row) => rowAt(row, compat)));
  return rows.some(
    ({ name, sampleName, unit }) => (sampleName ?? name) === meter && JSON.stringify(unit) === unitAsJson,
  );
}
