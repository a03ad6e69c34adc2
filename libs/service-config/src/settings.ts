import type { Setting } from './layered-document.ts';

/** What of inspector.yaml the environment and the command line can set. */
export const inspectorSettings: readonly Setting[] = [
  { key: ['listen'], variable: 'NEPHOMETER_LISTEN', flag: { name: 'listen', option: '--listen' }, kind: 'text' },
  { key: ['http'], variable: 'NEPHOMETER_HTTP', flag: { name: 'http', option: '--http' }, kind: 'text' },
  {
    key: ['hypervisor'],
    variable: 'NEPHOMETER_HYPERVISOR',
    flag: { name: 'hypervisor', option: '--hypervisor' },
    kind: 'text',
  },
  { key: ['host'], variable: 'NEPHOMETER_HOST', flag: { name: 'host', option: '--host' }, kind: 'text' },
  {
    key: ['libvirt', 'uri'],
    variable: 'NEPHOMETER_LIBVIRT_URI',
    flag: { name: 'libvirtUri', option: '--libvirt-uri' },
    kind: 'text',
  },
  { key: ['libvirt', 'socket'], variable: 'NEPHOMETER_LIBVIRT_SOCKET', kind: 'text' },
  { key: ['simulated', 'instances'], variable: 'NEPHOMETER_SIMULATED_INSTANCES', kind: 'integer' },
  { key: ['simulated', 'seed'], variable: 'NEPHOMETER_SIMULATED_SEED', kind: 'integer' },
  { key: ['insecure'], variable: 'NEPHOMETER_INSECURE', kind: 'boolean' },
];

/** What of coordinator.yaml the environment and the command line can set. */
export const coordinatorSettings: readonly Setting[] = [
  { key: ['listen'], variable: 'NEPHOMETER_LISTEN', flag: { name: 'listen', option: '--listen' }, kind: 'text' },
  { key: ['http'], variable: 'NEPHOMETER_HTTP', flag: { name: 'http', option: '--http' }, kind: 'text' },
  { key: ['polling_file'], variable: 'NEPHOMETER_POLLING_FILE', kind: 'text' },
  { key: ['pipeline_file'], variable: 'NEPHOMETER_PIPELINE_FILE', kind: 'text' },
  { key: ['inspectors'], variable: 'NEPHOMETER_INSPECTORS', kind: 'targets' },
  { key: ['state_dir'], variable: 'NEPHOMETER_STATE_DIR', kind: 'text' },
  { key: ['telemetry_secret'], variable: 'NEPHOMETER_TELEMETRY_SECRET', kind: 'text' },
  { key: ['transport_url'], variable: 'NEPHOMETER_TRANSPORT_URL', kind: 'text' },
  { key: ['sample_source'], variable: 'NEPHOMETER_SAMPLE_SOURCE', kind: 'text' },
  { key: ['compat'], variable: 'NEPHOMETER_COMPAT', kind: 'text' },
  { key: ['unmanaged'], variable: 'NEPHOMETER_UNMANAGED', kind: 'boolean' },
  { key: ['instance_discovery_method'], variable: 'NEPHOMETER_INSTANCE_DISCOVERY_METHOD', kind: 'text' },
  { key: ['openstack', 'password'], variable: 'NEPHOMETER_OPENSTACK_PASSWORD', kind: 'text' },
  {
    key: ['openstack', 'application_credential_secret'],
    variable: 'NEPHOMETER_OPENSTACK_APPLICATION_CREDENTIAL_SECRET',
    kind: 'text',
  },
  { key: ['openstack', 'token'], variable: 'NEPHOMETER_OPENSTACK_TOKEN', kind: 'text' },
];

/** Every variable that one of the services reads. */
export const knownVariables: readonly string[] = [
  ...new Set([...inspectorSettings, ...coordinatorSettings].map(({ variable }) => variable)),
];
