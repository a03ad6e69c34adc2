import type { SelfMetrics } from '@nephometer/service';
import { InspectionStatus } from '@nephometer/inspector-api';
import type { HypervisorSink, Reading } from '../hypervisor.ts';
import type { OnMissedEvents } from '../libvirt/missed-events.ts';

/** What the inspector counts about itself. */
export interface InspectorMetrics {
  /** One gRPC call has ended; `code` is the name of its status. */
  readonly onCallEnd: (method: string, code: string, seconds: number) => void;
  /** The hypervisor was read. */
  readonly onReading: (reading: Reading) => void;
  /** libvirt was called. */
  readonly onLibvirtCall: (procedure: string) => void;
  /** The hypervisor has been connected and the inventory is complete. */
  readonly onConnect: () => void;
  /** Changes were found that no event had announced. */
  readonly onMissedEvents: OnMissedEvents;
  /** A watcher was ended because it was too slow. */
  readonly onWatcherDropped: () => void;
}

const statusNames = [
  ['ok', InspectionStatus.OK],
  ['partial', InspectionStatus.PARTIAL],
  ['shut_off', InspectionStatus.SHUT_OFF],
  ['gone', InspectionStatus.GONE],
] as const;

/** Registers the inspector's metrics; `sink` is looked at when they are read. */
export function createInspectorMetrics(metrics: SelfMetrics, sink: () => HypervisorSink): InspectorMetrics {
  const calls = metrics.counter({
    name: 'nephometer_inspector_calls_total',
    help: 'gRPC calls that have ended, by method and status code.',
    labelNames: ['method', 'code'],
  });
  const callSeconds = metrics.histogram({
    name: 'nephometer_inspector_call_duration_seconds',
    help: 'Duration of gRPC calls by method; a stream counts until its end.',
    labelNames: ['method'],
    buckets: [0.001, 0.005, 0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
  });
  const readingSeconds = metrics.histogram({
    name: 'nephometer_inspector_reading_duration_seconds',
    help: 'Time the hypervisor took to answer one reading.',
    buckets: [0.001, 0.005, 0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
  });
  const byStatus = metrics.gauge({
    name: 'nephometer_inspector_instances',
    help: 'Instances of the last reading by how well they could be read.',
    labelNames: ['status'],
  });
  const libvirtCalls = metrics.counter({
    name: 'nephometer_inspector_libvirt_calls_total',
    help: 'Calls to libvirt by procedure.',
    labelNames: ['procedure'],
  });
  const connects = metrics.counter({
    name: 'nephometer_inspector_hypervisor_connects_total',
    help: 'Times that the hypervisor was connected and its inventory became complete.',
  });
  const missedEvents = metrics.counter({
    name: 'nephometer_inspector_missed_events_total',
    help: 'Changes of instances that no event of the hypervisor announced, by what found them.',
    labelNames: ['found_by'],
  });
  for (const foundBy of ['resync', 'reading'] as const) missedEvents.inc({ found_by: foundBy }, 0);
  const dropped = metrics.counter({
    name: 'nephometer_inspector_watchers_dropped_total',
    help: 'Watchers of the inventory that were ended because they read too slowly.',
  });
  metrics.gauge({
    name: 'nephometer_inspector_hypervisor_available',
    help: '1 while the hypervisor is connected and its inventory is complete, else 0.',
    collect: (gauge) => gauge.set(sink().availability.current.available ? 1 : 0),
  });
  metrics.gauge({
    name: 'nephometer_inspector_inventory_instances',
    help: 'Instances in the inventory.',
    collect: (gauge) => gauge.set(sink().inventory.size),
  });
  metrics.gauge({
    name: 'nephometer_inspector_inventory_revision',
    help: 'Revision of the inventory; moves with each change.',
    collect: (gauge) => gauge.set(Number(sink().inventory.revision)),
  });

  return {
    onCallEnd(method, code, seconds) {
      calls.inc({ method, code });
      callSeconds.observe({ method }, seconds);
    },
    onReading({ durationMs, instances }) {
      readingSeconds.observe(durationMs / 1000);
      for (const [label, status] of statusNames) {
        byStatus.set({ status: label }, instances.filter((instance) => instance.status === status).length);
      }
    },
    onLibvirtCall: (procedure) => libvirtCalls.inc({ procedure }),
    onConnect: () => connects.inc(),
    onMissedEvents: (count, foundBy) => missedEvents.inc({ found_by: foundBy }, count),
    onWatcherDropped: () => dropped.inc(),
  };
}
