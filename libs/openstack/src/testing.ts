// What specs of several projects need: a cloud that answers as real services did, and a clock that stands still.

export { cloudServer, send, startRecordedCloud } from './recorded-cloud.ts';
export type { CloudServer, Fault, ReadRequest, RecordedCloud } from './recorded-cloud.ts';
export { createHandClock } from './hand-clock.ts';
export type { HandClock } from './hand-clock.ts';
