import { addFindings, formatListenAddress, isLocalAddress, problemAt } from '@nephometer/service';
import type { ListenAddress, Parsed, Problem } from '@nephometer/service';
import { z } from 'zod';
import { address, openHttp, resolveAddress } from './address-field.ts';
import { inspectorTargets, inspectorsField } from './inspectors-field.ts';
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
  /** `source` of every sample. Default `openstack`. */
  readonly sampleSource: string;
  /** Which Ceilometer's meter names and units. Default `head`. */
  readonly compat: '2015' | '19.0.0' | 'head';
  /** Whether guests without Nova metadata are metered. Default true. */
  readonly unmanaged: boolean;
  /** Identity towards inspectors and clients of the API; absent: plain connections. */
  readonly tls?: TlsFiles;
  /** Where the gRPC API listens; absent: nowhere. Beyond this machine only with `tls`. */
  readonly listen?: ListenAddress;
  /** Where status page, `/metrics` and `/healthz` are; absent: nowhere. */
  readonly http?: ListenAddress;
}

/** Where a coordinator's configuration comes from; the flags as they were given, without their dashes. */
export type CoordinatorOrigin = ConfigOrigin<'listen' | 'http'> & { readonly file: string };

const compats = ['2015', '19.0.0', 'head'] as const;

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
  sample_source: text.default('openstack'),
  // Without quotes, 2015 is a number.
  compat: z.preprocess((value) => (value === 2015 ? '2015' : value), z.enum(compats)).default('head'),
  unmanaged: z.boolean().default(true),
  tls: z.strictObject(tlsFields).optional(),
  listen: address.optional(),
  http: address.optional(),
});

const kind: ConfigKind<z.output<typeof schema>, CoordinatorConfig> = {
  settings: coordinatorSettings,
  schema,
  complete,
  files: ({ pollingFile, pipelineFile, tls }) => [
    ...(pollingFile === undefined ? [] : [{ key: ['polling_file'], path: pollingFile }]),
    { key: ['pipeline_file'], path: pipelineFile },
    ...(tls === undefined
      ? []
      : (['ca', 'cert', 'key'] as const).map((key) => ({ key: ['tls', key], path: tls[key] }))),
  ],
};

/** The keys of a coordinator.yaml. */
export const coordinatorKeys: readonly string[] = Object.keys(schema.shape);

/**
 * The coordinator's configuration from its file, the environment and the flags `listen` and `http`. A flag beats the
 * environment (`NEPHOMETER_LISTEN`, `NEPHOMETER_HTTP`, `NEPHOMETER_POLLING_FILE`, `NEPHOMETER_PIPELINE_FILE`,
 * `NEPHOMETER_INSPECTORS` with targets between commas, `NEPHOMETER_STATE_DIR`, `NEPHOMETER_TELEMETRY_SECRET`,
 * `NEPHOMETER_SAMPLE_SOURCE`, `NEPHOMETER_COMPAT`, `NEPHOMETER_UNMANAGED`) beats the file. Reads the file and checks that
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
  const config: CoordinatorConfig = {
    ...(polling_file !== undefined && { pollingFile: document.resolvePath(['polling_file'], polling_file) }),
    pipelineFile: document.resolvePath(['pipeline_file'], pipeline_file),
    inspectors: { targets: inspectors.targets },
    stateDir: document.resolvePath(['state_dir'], raw.state_dir),
    telemetrySecret: raw.telemetry_secret,
    sampleSource: raw.sample_source,
    compat: raw.compat,
    unmanaged: raw.unmanaged,
    ...(tls && { tls: resolveTls(document, tls) }),
    ...(listen && { listen }),
    ...(http && { http }),
  };
  return addFindings(
    { ok: true, value: config, warnings: [] },
    {
      problems: [...openApi(document, config), ...sameAddress(document, config), ...otherCompat(document, config)],
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

/** Names and units of another Ceilometer than the one asked for would break the series without a word. */
function otherCompat(document: LayeredDocument, { compat }: CoordinatorConfig): readonly Problem[] {
  if (compat === 'head') return [];
  const message = `the meter names and units of ${compat} are not supported yet; write head, or leave the key out`;
  return [problemAt(document, ['compat'], message)];
}

function unusedListen(document: LayeredDocument, { listen }: CoordinatorConfig): readonly Problem[] {
  if (listen === undefined) return [];
  return [problemAt(document, ['listen'], 'the coordinator has no gRPC API yet: nothing will listen here')];
}
