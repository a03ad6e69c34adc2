export { inspectorKeys, isInspectorConfig, loadInspectorConfig, parseInspectorConfig } from './inspector-config.ts';
export type { InspectorConfig, InspectorOrigin, InspectorTls } from './inspector-config.ts';
export {
  coordinatorKeys,
  isCoordinatorConfig,
  loadCoordinatorConfig,
  parseCoordinatorConfig,
} from './coordinator-config.ts';
export type { CoordinatorConfig, CoordinatorOrigin, InstanceDiscoveryMethod } from './coordinator-config.ts';
export type { EndpointInterface, OpenstackConfig, OpenstackCredentials, ProjectScope } from './openstack-field.ts';
export type { TlsFiles } from './tls-files.ts';
export { knownVariables } from './settings.ts';
