export { meterNames, pollsters } from './pollsters.ts';
