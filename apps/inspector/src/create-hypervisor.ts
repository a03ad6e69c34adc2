import type { Logger } from '@nephometer/service';
import type { InspectorConfig } from '@nephometer/service-config';
import type { Hypervisor } from './hypervisor.ts';
import { createLibvirtHypervisor } from './libvirt/libvirt-hypervisor.ts';
import type { HangMetrics } from './server/hang-metrics.ts';
import type { InspectorMetrics } from './server/self-metrics.ts';
import { createSimulatedHypervisor } from './simulated/simulated-hypervisor.ts';

/** The driver that the configuration names. */
export function createHypervisor(
  config: InspectorConfig,
  logger: Logger,
  metrics: InspectorMetrics & HangMetrics,
): Hypervisor {
  switch (config.hypervisor) {
    case 'libvirt':
      return createLibvirtHypervisor({
        ...config.libvirt,
        logger,
        onCall: metrics.onLibvirtCall,
        onConnect: metrics.onConnect,
        onMissedEvents: metrics.onMissedEvents,
        onHedge: metrics.onHedge,
      });
    case 'simulated':
      return createSimulatedHypervisor(config.simulated);
  }
}
