import type { Guest, GuestDisk, GuestEnding, GuestNic, GuestSpec } from './guest-spec.ts';

/** Elements for `<domain>` that let a guest end so. */
const ENDING_XML: Readonly<Record<GuestEnding, string>> = {
  halt: '',
  panic: '<on_crash>preserve</on_crash>',
  // Without ACPI QEMU has no power management to suspend with.
  suspend: "<features><acpi/></features><pm><suspend-to-mem enabled='yes'/></pm>",
};

/**
 * The domain description of a guest: plain emulation, so that no /dev/kvm is needed, and no device it can do without.
 * Strings of the spec that are XML go in as they are.
 */
export function guestXml(spec: GuestSpec, { uuid, disks, nics }: Guest): string {
  const { name, memoryMib = 16, vcpus = 1, iothreads = 0, balloon = 'virtio', ending = 'halt' } = spec;
  const { boot = 'disk', nicXml: elements = '' } = spec;
  return `<domain type='qemu'>
  <name>${name}</name>
  <uuid>${uuid}</uuid>
  ${spec.metadataXml === undefined ? '' : `<metadata>${spec.metadataXml}</metadata>`}
  <memory unit='MiB'>${memoryMib}</memory>
  <vcpu>${vcpus}</vcpu>
  ${iothreads === 0 ? '' : `<iothreads>${iothreads}</iothreads>`}
  <os><type arch='x86_64' machine='pc'>hvm</type><boot dev='${boot === 'disk' ? 'hd' : 'network'}'/></os>
  ${ENDING_XML[ending]}
  ${spec.xml ?? ''}
  <devices>
    ${disks.map(diskXml).join('\n    ')}
    ${nics.map((nic) => nicXml(nic, boot, elements)).join('\n    ')}
    <memballoon model='${balloon}'/>
    ${ending === 'panic' ? "<panic model='isa'/>" : ''}
    ${spec.devicesXml ?? ''}
  </devices>
</domain>`;
}

function diskXml({ path, target, bus, xml }: GuestDisk): string {
  return (
    `<disk type='file' device='disk'><driver name='qemu' type='qcow2'/><source file='${path}'/>` +
    `<target dev='${target}' bus='${bus}'/>${xml}</disk>`
  );
}

function nicXml({ mac, device }: GuestNic, boot: 'disk' | 'network', xml: string): string {
  const type = device === undefined ? 'user' : 'ethernet';
  // Unmanaged: the tap exists already, and an unprivileged libvirtd could not make one.
  const target = device === undefined ? '' : `<target dev='${device}' managed='no'/>`;
  // Of all models this one takes frames from the tap even while no driver has set it up; no boot code may use it unasked.
  const rom = boot === 'network' ? '' : "<rom enabled='no'/>";
  return `<interface type='${type}'><mac address='${mac}'/>${target}<model type='rtl8139'/>${rom}${xml}</interface>`;
}
