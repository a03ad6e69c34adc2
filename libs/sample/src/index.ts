export type { Meter, MeterType } from './meter.ts';
export type { Metadata, MetadataValue, Resource } from './resource.ts';
export { createSample } from './sample.ts';
export type { Sample, SampleInput, Stamp } from './sample.ts';
export { formatTimestamp } from './timestamp.ts';
export { createSampleIds } from './sample-id.ts';
export type { SampleIdSeed } from './sample-id.ts';
export { sampleToJson } from './sample-json.ts';
