import { isPipelineConfig, isPollingConfig } from '@nephometer/pipeline-config';
import { inspectorKeys, isCoordinatorConfig, isInspectorConfig } from '@nephometer/service-config';

/** The kinds of files that services read. */
export type FileKind = 'polling' | 'pipeline' | 'coordinator' | 'inspector';

/** What tells them apart, for people. */
export const fileKindsExplained =
  'a polling file has "sources" and no "sinks"; a pipeline file has "sinks"; a coordinator file has "inspectors" and ' +
  '"pipeline_file"; an inspector file has "hypervisor", "libvirt" or "simulated"';

/** Which kind of file a document is, by its keys, however faulty it is otherwise; nothing if that cannot be told. */
export function fileKindOf(value: unknown): FileKind | undefined {
  if (isPipelineConfig(value)) return 'pipeline';
  if (isPollingConfig(value)) return 'polling';
  if (isCoordinatorConfig(value)) return 'coordinator';
  if (isInspectorConfig(value)) return 'inspector';
  // What both services have is enough for an inspector, and never for a coordinator.
  const keys = typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.keys(value) : [];
  return keys.length > 0 && keys.every((key) => inspectorKeys.includes(key)) ? 'inspector' : undefined;
}
