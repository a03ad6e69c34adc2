import { addFindings, formatListenAddress, isLocalAddress, problemAt } from '@nephometer/service';
import type { ListenAddress, Parsed, Problem } from '@nephometer/service';
import { compats } from '@nephometer/sample';
import type { Compat } from '@nephometer/sample';
import { z } from 'zod';
import { address, openHttp, resolveAddress } from './address-field.ts';
import { inspectorTargets, inspectorsField } from './inspectors-field.ts';
import { openstackField, openstackProblems, resolveOpenstack } from './openstack-field.ts';
import type { OpenstackConfig } from './openstack-field.ts';
import { isMapping } from './layered-document.ts';
import type { LayeredDocument } from './layered-document.ts';
import { loadConfig, parseConfig } from './load-config.ts';
import type { ConfigKind, ConfigOrigin } from './load-config.ts';
import { text } from './text-field.ts';
import { resolveTls, tlsFields } from './tls-files.ts';
import type { TlsFiles } from './tls-files.ts';
import { coordinatorSettings } from './settings.ts';

/** A `coordinator.yaml`, complete: defaults filled in, paths absolute, relations checked. */
export interface CoordinatorConfig {
  /** Absent: {@link pipelineFile} is one of 2015 that says what is polled, too. */
  readonly pollingFile?: string;
  readonly pipelineFile: string;
  readonly inspectors: {
    /** Where the inspectors are, each once, at least one: `host:port`, `[ipv6]:port`, `unix:/path`. */
    readonly targets: readonly string[];
  };
  /** Directory for what outlives a restart; may not exist yet. Default `state` beside the file. */
  readonly stateDir: string;
  /** Key of the signature in messages, Ceilometer's `telemetry_secret`. Default `change this for valid signing`. */
  readonly telemetrySecret: string;
  /** Where the message bus is that publishers use which name none, with its passwords: oslo.messaging's `transport_url`. */
  readonly transportUrl?: string;
  /** `source` of every sample. Default `openstack`. */
  readonly sampleSource: string;
  /** Which Ceilometer's meter names and units. Default `head`. */
  readonly compat: Compat;
  /** Whether guests that Nova does not know are metered. Default: unless there is a section `openstack`. */
  readonly unmanaged: boolean;
  /** Where instances are looked for. Default `libvirt_metadata`. */
  readonly instanceDiscoveryMethod: InstanceDiscoveryMethod;
  /** Which of the users' own metadata goes into samples. Default: what begins with `metering.`, texts up to 256 characters. */
  readonly reservedMetadata: {
    readonly namespaces: readonly string[];
    readonly keys: readonly string[];
    readonly length: number;
  };
  /** How OpenStack is asked; absent: it is not. */
  readonly openstack?: OpenstackConfig;
  /** Identity towards inspectors and clients of the API; absent: plain connections. */
  readonly tls?: TlsFiles;
  /** Where the gRPC API listens; absent: nowhere. Beyond this machine only with `tls`. */
  readonly listen?: ListenAddress;
  /** Where status page, `/metrics` and `/healthz` are; absent: nowhere. */
  readonly http?: ListenAddress;
}

/** Where a coordinator's configuration comes from; the flags as they were given, without their dashes. */
export type CoordinatorOrigin = ConfigOrigin<'listen' | 'http'> & { readonly file: string };

/** Ceilometer's `instance_discovery_method`. The last two are the same, as they are there. */
const instanceDiscoveryMethods = ['libvirt_metadata', 'naive', 'workload_partitioning'] as const;

/** Where instances are looked for. */
export type InstanceDiscoveryMethod = (typeof instanceDiscoveryMethods)[number];

const transportExample = "expected RabbitMQ's URL, for example rabbit://user:password@rabbit.example.org:5672/";

const schema = z.strictObject({
  polling_file: text.optional(),
  pipeline_file: text,
  inspectors: inspectorsField,
  state_dir: text.default('state'),
  // The message keeps what is written there to itself.
  telemetry_secret: z
    .string({ error: 'expected text; put it in quotes' })
    .min(1)
    .default('change this for valid signing'),
  // Nor does this one show its password.
  transport_url: z
    .string({ error: transportExample })
    .regex(/^(?:rabbit|kombu):\/\/[^/?#]+/i, { error: transportExample })
    .optional(),
  sample_source: text.default('openstack'),
  // Without quotes, 2015 is a number.
  compat: z.preprocess((value) => (value === 2015 ? '2015' : value), z.enum(compats)).default('head'),
  unmanaged: z.boolean().optional(),
  // Names as in ceilometer.conf.
  instance_discovery_method: z.enum(instanceDiscoveryMethods).default('libvirt_metadata'),
  reserved_metadata_namespace: z.array(text).default(['metering.']),
  reserved_metadata_keys: z.array(text).default([]),
  reserved_metadata_length: z.int().min(1).default(256),
  openstack: openstackField.optional(),
  tls: z.strictObject(tlsFields).optional(),
  listen: address.optional(),
  http: address.optional(),
});

const kind: ConfigKind<z.output<typeof schema>, CoordinatorConfig> = {
  settings: coordinatorSettings,
  schema,
  complete,
  files: ({ pollingFile, pipelineFile, tls, openstack }) => [
    ...(pollingFile === undefined ? [] : [{ key: ['polling_file'], path: pollingFile }]),
    { key: ['pipeline_file'], path: pipelineFile },
    ...(tls === undefined
      ? []
      : (['ca', 'cert', 'key'] as const).map((key) => ({ key: ['tls', key], path: tls[key] }))),
    ...(openstack?.ca === undefined ? [] : [{ key: ['openstack', 'ca'], path: openstack.ca }]),
  ],
};

/** The keys of a coordinator.yaml. */
export const coordinatorKeys: readonly string[] = Object.keys(schema.shape);

/**
 * The coordinator's configuration from its file, the environment and the flags `listen` and `http`. A flag beats the
 * environment (`NEPHOMETER_LISTEN`, `NEPHOMETER_HTTP`, `NEPHOMETER_POLLING_FILE`, `NEPHOMETER_PIPELINE_FILE`,
 * `NEPHOMETER_INSPECTORS` with targets between commas, `NEPHOMETER_STATE_DIR`, `NEPHOMETER_TELEMETRY_SECRET`,
 * `NEPHOMETER_TRANSPORT_URL`, `NEPHOMETER_SAMPLE_SOURCE`, `NEPHOMETER_COMPAT`, `NEPHOMETER_UNMANAGED`, `NEPHOMETER_INSTANCE_DISCOVERY_METHOD`,
 * `NEPHOMETER_OPENSTACK_PASSWORD`, `NEPHOMETER_OPENSTACK_APPLICATION_CREDENTIAL_SECRET`, `NEPHOMETER_OPENSTACK_TOKEN`) beats the file. Reads the file and checks that
 * the files it names can be read; what is in them is not looked at.
 *
 * @throws the signal's reason if aborted
 */
export function loadCoordinatorConfig(origin: CoordinatorOrigin): Promise<Parsed<CoordinatorConfig>> {
  return loadConfig(kind, origin);
}

/** {@link loadCoordinatorConfig} for a text that is already there. Touches nothing, never throws. */
export function parseCoordinatorConfig(
  source: string | Uint8Array,
  origin: CoordinatorOrigin,
): Parsed<CoordinatorConfig> {
  return parseConfig(kind, source, origin).parsed;
}

/** Whether a document of unknown kind looks like a coordinator.yaml, however faulty: it has a key that only these have. */
export function isCoordinatorConfig(value: unknown): boolean {
  const shared = ['listen', 'http', 'tls'];
  return isMapping(value) && coordinatorKeys.some((key) => !shared.includes(key) && Object.hasOwn(value, key));
}

function complete(document: LayeredDocument, raw: z.output<typeof schema>): Parsed<CoordinatorConfig> {
  const { polling_file, pipeline_file, tls } = raw;
  const listen = raw.listen && resolveAddress(document, 'listen', raw.listen);
  const http = raw.http && resolveAddress(document, 'http', raw.http);
  const inspectors = inspectorTargets(document, raw.inspectors);
  const openstack = raw.openstack && resolveOpenstack(document, raw.openstack);
  const config: CoordinatorConfig = {
    ...(polling_file !== undefined && { pollingFile: document.resolvePath(['polling_file'], polling_file) }),
    pipelineFile: document.resolvePath(['pipeline_file'], pipeline_file),
    inspectors: { targets: inspectors.targets },
    stateDir: document.resolvePath(['state_dir'], raw.state_dir),
    telemetrySecret: raw.telemetry_secret,
    ...(raw.transport_url !== undefined && { transportUrl: raw.transport_url }),
    sampleSource: raw.sample_source,
    compat: raw.compat,
    unmanaged: raw.unmanaged ?? raw.openstack === undefined,
    instanceDiscoveryMethod: raw.instance_discovery_method,
    reservedMetadata: {
      namespaces: raw.reserved_metadata_namespace,
      keys: raw.reserved_metadata_keys,
      length: raw.reserved_metadata_length,
    },
    ...(openstack && { openstack }),
    ...(tls && { tls: resolveTls(document, tls) }),
    ...(listen && { listen }),
    ...(http && { http }),
  };
  return addFindings(
    { ok: true, value: config, warnings: [] },
    {
      problems: [
        ...openApi(document, config),
        ...sameAddress(document, config),
        ...openstackProblems(document, raw.openstack),
        ...(raw.openstack === undefined ? missingOpenstack(document, config) : []),
      ],
      warnings: [...inspectors.warnings, ...openHttp(document, http), ...unusedListen(document, config)],
    },
  );
}

function openApi(document: LayeredDocument, { listen, tls }: CoordinatorConfig): readonly Problem[] {
  if (listen === undefined || isLocalAddress(listen) || tls !== undefined) return [];
  const message =
    'anybody who reaches this address could watch the guests; configure tls (ca, cert, key), ' +
    'or listen on 127.0.0.1 or a unix socket';
  return [problemAt(document, ['listen'], message)];
}

function sameAddress(document: LayeredDocument, { listen, http }: CoordinatorConfig): readonly Problem[] {
  if (listen === undefined || http === undefined) return [];
  if (listen.kind === 'tcp' && listen.port === 0) return [];
  if (formatListenAddress(listen) !== formatListenAddress(http)) return [];
  return [problemAt(document, ['http'], 'the same address as "listen"; give each server one of its own')];
}

/** Nova can only be asked by somebody. */
function missingOpenstack(document: LayeredDocument, config: CoordinatorConfig): readonly Problem[] {
  if (config.instanceDiscoveryMethod === 'libvirt_metadata') return [];
  const message = `${config.instanceDiscoveryMethod} asks Nova; add a section "openstack" that says where and as whom, or write libvirt_metadata`;
  return [problemAt(document, ['instance_discovery_method'], message)];
}

function unusedListen(document: LayeredDocument, { listen }: CoordinatorConfig): readonly Problem[] {
  if (listen === undefined) return [];
  return [problemAt(document, ['listen'], 'the coordinator has no gRPC API yet: nothing will listen here')];
}
