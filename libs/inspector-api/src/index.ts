export { InspectorServiceClient, InspectorServiceService } from './gen/nephometer/inspector/v1/inspector_service.ts';
export type { InspectorServiceServer } from './gen/nephometer/inspector/v1/inspector_service.ts';
export {
  GetHostRequest,
  GetHostResponse,
  GetInstanceRequest,
  GetInstanceResponse,
  InspectInstancesRequest,
  InspectInstancesResponse,
  InventoryChange,
  ListInstancesRequest,
  ListInstancesResponse,
  WatchInstancesRequest,
  WatchInstancesResponse,
} from './gen/nephometer/inspector/v1/inspector_service.ts';
export { DaemonLimits, HangProtection, Host, NumaCell } from './gen/nephometer/inspector/v1/host.ts';
export {
  Balloon,
  Disk,
  FilterParameter,
  Instance,
  InstanceState,
  NamedTexts,
  NovaFlavor,
  NovaImage,
  NovaMetadata,
  NovaOwner,
  Vnic,
} from './gen/nephometer/inspector/v1/instance.ts';
export {
  CpuStatistics,
  DirtyRateStatistics,
  DiskStatistics,
  InspectionStatus,
  InstanceStatistics,
  IothreadStatistics,
  MemoryStatistics,
  MissingReason,
  MissingStatistics,
  NamedValue,
  PerfStatistics,
  StatisticsGroup,
  VcpuCount,
  VcpuDirtyRate,
  VcpuState,
  VcpuStatistics,
  VnicStatistics,
} from './gen/nephometer/inspector/v1/statistics.ts';
export { BadRequest, ErrorInfo, ResourceInfo, RetryInfo } from './gen/google/rpc/error_details.ts';
export { Status } from './gen/google/rpc/status.ts';
export { Duration } from './gen/google/protobuf/duration.ts';
export { Timestamp } from './gen/google/protobuf/timestamp.ts';
export { durationFromMs, durationToMs, timestampFromMs, timestampToMs } from './time.ts';
export { inspectorServiceName, readFileDescriptors } from './descriptors.ts';
