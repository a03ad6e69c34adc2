import type { Host } from '@nephometer/inspector-api';
import { escapeControls } from '../text/display-width.ts';
import { formatBytes } from '../text/units.ts';

/** Who answers and what it runs on, in a line: `host kvm1: QEMU 7.2.0, libvirt 9.0.0 (qemu:///system), 8 CPUs, 31.2 GiB memory, inspector 0.1.0`. */
export function hostLine(host: Host): string {
  const hypervisor = [host.hypervisorType, host.hypervisorVersion].filter(Boolean).join(' ');
  const parts = [
    hypervisor || host.driver,
    host.libvirtVersion === undefined ? host.uri : `libvirt ${host.libvirtVersion} (${host.uri})`,
    host.cpus === undefined
      ? ''
      : `${host.cpus} CPU${host.cpus === 1 ? '' : 's'}${host.cpuModel ? ` ${host.cpuModel}` : ''}`,
    host.memoryKib === undefined ? '' : `${formatBytes(host.memoryKib * 1024n)} memory`,
    `inspector ${host.inspectorVersion}`,
  ];
  return escapeControls(`host ${host.name}: ${parts.filter((part) => part !== '').join(', ')}`);
}
