export { createInspectorClient } from './inspector-client.ts';
export type {
  InspectorCallOptions,
  InspectorClient,
  InspectorClientOptions,
  InspectRequest,
  InstanceList,
} from './inspector-client.ts';
export { InspectorError } from './inspector-error.ts';
export type { InspectorErrorCode } from './inspector-error.ts';
export type { TlsFiles } from './channel.ts';
