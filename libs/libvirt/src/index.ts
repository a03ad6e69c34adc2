export { connect } from './connect.ts';
export type { ConnectOptions } from './connect.ts';
export type { KeepaliveOptions } from './keepalive.ts';
export type { Connection, ConnectionLife } from './connection.ts';
export type { CallOptions } from './calls/call.ts';
export type { DropReason } from './channel.ts';

export { readDaemonLimits } from './read-daemon-limits.ts';
export type { DaemonLimits } from './calls/admin.ts';
export { adminSocketOf } from './sockets.ts';

export type { Domain } from './wire/domain.ts';
export type { TypedParam } from './wire/typed-params.ts';

export { StatsFlag, StatsGroup } from './calls/stats.ts';
export type { DomainStats, StatsCalls, StatsQuery } from './calls/stats.ts';
export { ListFlag, XmlFlag } from './calls/domain.ts';
export type { DomainCalls, DomainInfo, DomainState, MetadataQuery, MetadataType } from './calls/domain.ts';
export { domainStateName, domainStateReason } from './domain-state.ts';
export type { DomainStateName } from './domain-state.ts';
export type {
  AddressSource,
  DomainStatsCalls,
  InterfaceAddresses,
  InterfaceStats,
  MemoryStat,
  Vcpu,
  Vcpus,
  VcpusQuery,
} from './calls/domain-stats.ts';
export type { BlockCalls, BlockInfo, BlockStats } from './calls/block.ts';
export type { JobCalls, JobInfo, JobStats } from './calls/job.ts';
export type { FreePagesQuery, NodeCalls, NodeInfo, NodeStat } from './calls/node.ts';
export type { DaemonCalls } from './calls/daemon.ts';
export type { StorageCalls, StoragePool, StoragePoolInfo } from './calls/storage.ts';
export type { ControlCalls, MetadataChange } from './calls/control.ts';

export type {
  AgentLifecycleEvent,
  BalloonChangeEvent,
  ConnectionClosedEvent,
  DaemonEvent,
  DeviceEvent,
  EventType,
  JobCompletedEvent,
  LibvirtEvent,
  LifecycleEvent,
  MetadataChangeEvent,
  OverflowEvent,
  RebootEvent,
} from './events/event.ts';
export type { EventOptions, EventSubscription } from './events/event-hub.ts';

export {
  LibvirtError,
  isDenied,
  isNoDomain,
  isNoDomainMetadata,
  isNoSupport,
  isOperationInvalid,
  isOperationTimeout,
} from './error.ts';
export type { DaemonError, LibvirtErrorCode } from './error.ts';
