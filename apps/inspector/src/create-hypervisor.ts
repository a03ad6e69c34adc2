import type { Logger } from '@nephometer/service';
import type { InspectorConfig } from '@nephometer/service-config';
import type { Hypervisor } from './hypervisor.ts';
import { createLibvirtHypervisor } from './libvirt/libvirt-hypervisor.ts';
import type { OnCall } from './libvirt/session.ts';
import { createSimulatedHypervisor } from './simulated/simulated-hypervisor.ts';

/** The driver that the configuration names. */
export function createHypervisor(config: InspectorConfig, logger: Logger, onCall: OnCall): Hypervisor {
  switch (config.hypervisor) {
    case 'libvirt':
      return createLibvirtHypervisor({ ...config.libvirt, logger, onCall });
    case 'simulated':
      return createSimulatedHypervisor(config.simulated);
  }
}
