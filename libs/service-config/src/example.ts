import type { CoordinatorConfig } from './coordinator-config.ts';

// What the specs of this folder read.

/** A coordinator.yaml with every key. */
export const complete = `polling_file: polling.yaml
pipeline_file: /srv/pipeline.yaml
inspectors:
  - targets: [compute-1:7750, "[::1]:7750"]
  - targets:
      - unix:run/inspector.sock
      - unix:///run/inspector.sock
state_dir: ./state
telemetry_secret: s3cret
transport_url: rabbit://u:p@rabbit:5672/nova
sample_source: here
compat: '2015'
unmanaged: false
instance_discovery_method: naive
reserved_metadata_namespace: [a., b.]
reserved_metadata_keys: [stack]
reserved_metadata_length: 10
openstack: {auth_url: 'http://k:5000', token: t, project_name: p}
tls: {ca: ca.pem, cert: c.pem, key: k.pem}
listen: 0.0.0.0:7751
http: 127.0.0.1:7752
`;

/** What it says, if it is in /etc/nephometer. */
export const completeConfig = {
  pollingFile: '/etc/nephometer/polling.yaml',
  pipelineFile: '/srv/pipeline.yaml',
  inspectors: {
    targets: ['compute-1:7750', '[::1]:7750', 'unix:/etc/nephometer/run/inspector.sock', 'unix:/run/inspector.sock'],
  },
  stateDir: '/etc/nephometer/state',
  telemetrySecret: 's3cret',
  transportUrl: 'rabbit://u:p@rabbit:5672/nova',
  sampleSource: 'here',
  compat: '2015',
  unmanaged: false,
  instanceDiscoveryMethod: 'naive',
  reservedMetadata: { namespaces: ['a.', 'b.'], keys: ['stack'], length: 10 },
  openstack: {
    authUrl: 'http://k:5000',
    credentials: { kind: 'token', token: 't', projectName: 'p', projectDomainName: 'Default' },
    interface: 'public',
    insecure: false,
    microversion: '2.1',
    resourceUpdateIntervalMs: 0,
    resourceCacheExpiryMs: 3_600_000,
    requestsPerSecond: 10,
    concurrentRequests: 4,
    requestTimeoutMs: 30_000,
    ignoreDisabledProjects: false,
  },
  tls: { ca: '/etc/nephometer/ca.pem', cert: '/etc/nephometer/c.pem', key: '/etc/nephometer/k.pem' },
  listen: { kind: 'tcp', host: '0.0.0.0', port: 7751 },
  http: { kind: 'tcp', host: '127.0.0.1', port: 7752 },
} satisfies CoordinatorConfig;
