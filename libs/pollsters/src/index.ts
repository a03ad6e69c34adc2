export { meterFamilies, meterNames, pollstersFor } from './pollsters.ts';
export { rowAt } from './meter-row.ts';
export type { MeterFamily, MeterRow, Versioned } from './meter-row.ts';
export { uncollectedMeterNames } from './uncollected-meters.ts';
