export { meterNames, pollsters } from './pollsters.ts';
export { uncollectedMeterNames } from './uncollected-meters.ts';
