import { addFindings, isLocalAddress, problemAt } from '@nephometer/service';
import type { ListenAddress, Parsed, Problem } from '@nephometer/service';
import { z } from 'zod';
import { address, openHttp, resolveAddress } from './address-field.ts';
import { isMapping } from './layered-document.ts';
import type { LayeredDocument } from './layered-document.ts';
import { loadConfig, parseConfig } from './load-config.ts';
import type { ConfigKind, ConfigOrigin } from './load-config.ts';
import { text } from './text-field.ts';
import { resolveTls, tlsFields } from './tls-files.ts';
import type { TlsFiles } from './tls-files.ts';
import { inspectorSettings } from './settings.ts';

/** An `inspector.yaml`, complete: defaults filled in, paths absolute, relations checked. */
export interface InspectorConfig {
  /** Where the gRPC API listens. Default 127.0.0.1:7750. Beyond this machine only with `tls` or `insecure`. */
  readonly listen: ListenAddress;
  /** Where `/metrics` and `/healthz` are; absent: nowhere. */
  readonly http?: ListenAddress;
  /** Default `libvirt`. */
  readonly hypervisor: 'libvirt' | 'simulated';
  /** Name to report instead of the machine's own. */
  readonly host?: string;
  readonly libvirt: {
    /** Connection URI; not checked here. Default `qemu:///system`. */
    readonly uri: string;
    /** Path of the daemon's socket, absolute; absent: the one that the URI implies. */
    readonly socket?: string;
  };
  readonly simulated: {
    /** How many instances there are, 1 to 100,000. Default 10. */
    readonly instances: number;
    /** The same seed gives the same instances, 0 to 2^32 - 1. Default 1. */
    readonly seed: number;
  };
  readonly tls?: InspectorTls;
  /** Whether the API may listen beyond this machine without TLS. Default false. */
  readonly insecure: boolean;
}

/** Where an inspector's configuration comes from; the flags as they were given, without their dashes. */
export type InspectorOrigin = ConfigOrigin<'listen' | 'http' | 'hypervisor' | 'host' | 'libvirtUri'>;

export interface InspectorTls extends TlsFiles {
  /** Subject alternative names of the clients that may call; empty: every client with a certificate from the authority. */
  readonly allow: readonly string[];
}

const schema = z.strictObject({
  listen: address.optional(),
  http: address.optional(),
  hypervisor: z.enum(['libvirt', 'simulated']).default('libvirt'),
  host: text.max(255).optional(),
  libvirt: z.strictObject({ uri: text.default('qemu:///system'), socket: text.optional() }).prefault({}),
  simulated: z
    .strictObject({
      instances: z.int().min(1).max(100_000).default(10),
      seed: z
        .int()
        .min(0)
        .max(2 ** 32 - 1)
        .default(1),
    })
    .prefault({}),
  tls: z.strictObject({ ...tlsFields, allow: z.array(text).min(1).optional() }).optional(),
  insecure: z.boolean().default(false),
});

const kind: ConfigKind<z.output<typeof schema>, InspectorConfig> = {
  settings: inspectorSettings,
  schema,
  complete,
  files: ({ tls }) =>
    tls === undefined ? [] : (['ca', 'cert', 'key'] as const).map((key) => ({ key: ['tls', key], path: tls[key] })),
};

/** The keys of an inspector.yaml. */
export const inspectorKeys: readonly string[] = Object.keys(schema.shape);

/**
 * The inspector's configuration from its file, if one is named, the environment and the flags `listen`, `http`,
 * `hypervisor`, `host` and `libvirtUri`. A flag beats the environment (`NEPHOMETER_LISTEN`, `NEPHOMETER_HTTP`,
 * `NEPHOMETER_HYPERVISOR`, `NEPHOMETER_HOST`, `NEPHOMETER_LIBVIRT_URI`, `NEPHOMETER_LIBVIRT_SOCKET`,
 * `NEPHOMETER_SIMULATED_INSTANCES`, `NEPHOMETER_SIMULATED_SEED`, `NEPHOMETER_INSECURE`) beats the file. Reads the file and
 * checks that the certificates can be read.
 *
 * @throws the signal's reason if aborted
 */
export function loadInspectorConfig(origin: InspectorOrigin): Promise<Parsed<InspectorConfig>> {
  return loadConfig(kind, origin);
}

/** {@link loadInspectorConfig} for a text that is already there (`undefined`: no file). Touches nothing, never throws. */
export function parseInspectorConfig(
  source: string | Uint8Array | undefined,
  origin: InspectorOrigin,
): Parsed<InspectorConfig> {
  return parseConfig(kind, source, origin).parsed;
}

/** Whether a document of unknown kind looks like an inspector.yaml, however faulty: it has a key that only these have. */
export function isInspectorConfig(value: unknown): boolean {
  return (
    isMapping(value) &&
    ['hypervisor', 'libvirt', 'simulated', 'host', 'insecure'].some((key) => Object.hasOwn(value, key))
  );
}

function complete(document: LayeredDocument, raw: z.output<typeof schema>): Parsed<InspectorConfig> {
  const { hypervisor, host, simulated, tls, insecure } = raw;
  const { uri, socket } = raw.libvirt;
  const listen = resolveAddress(document, 'listen', raw.listen ?? { kind: 'tcp', host: '127.0.0.1', port: 7750 });
  const http = raw.http && resolveAddress(document, 'http', raw.http);
  const config: InspectorConfig = {
    listen,
    ...(http && { http }),
    hypervisor,
    ...(host !== undefined && { host }),
    libvirt: { uri, ...(socket !== undefined && { socket: document.resolvePath(['libvirt', 'socket'], socket) }) },
    simulated,
    ...(tls && { tls: { ...resolveTls(document, tls), allow: tls.allow ?? [] } }),
    insecure,
  };
  return addFindings(
    { ok: true, value: config, warnings: [] },
    { problems: openApi(document, config), warnings: insecure ? [] : openHttp(document, http) },
  );
}

/** Statistics of guests tell what tenants do: only who has a certificate may ask for them from elsewhere. */
function openApi(document: LayeredDocument, { listen, tls, insecure }: InspectorConfig): readonly Problem[] {
  if (isLocalAddress(listen) || tls !== undefined || insecure) return [];
  const message =
    'anybody who reaches this address could watch the guests; configure tls (ca, cert, key), ' +
    'listen on 127.0.0.1 or a unix socket, or write insecure: true';
  return [problemAt(document, ['listen'], message)];
}
