import { formatListenAddress, isLocalAddress, parseListenAddress } from '@nephometer/service';
import type { ListenAddress } from '@nephometer/service';
import { readFlag } from '../option-values.ts';
import { checkOptionNames, optionOf, parsePublisherUrl } from '../publisher-url.ts';
import type { PublisherUrl } from '../publisher-url.ts';
import { readSeriesOptions, seriesOptionNames } from '../series/series-options.ts';
import type { SeriesOptions } from '../series/series-options.ts';

/** Files in PEM that make an exporter speak TLS. */
export interface ExporterTls {
  readonly certFile: string;
  readonly keyFile: string;
  /** Authorities of the certificates that clients have to show; they need none if it is absent. */
  readonly caFile?: string;
  /** Where relative paths begin. Default: the working directory. */
  readonly baseDirectory?: string;
}

/** What an `exporter://` URL says. */
export interface ExporterOptions extends SeriesOptions {
  readonly address: Extract<ListenAddress, { kind: 'tcp' }>;
  /** As it stands in requests. */
  readonly path: string;
  /** Whether values come with the times of their samples. */
  readonly hasTimestamps: boolean;
  readonly tls?: ExporterTls;
}

/** The options of a URL, or everything that is wrong with it. */
export type ParsedExporterOptions =
  | { readonly ok: true; readonly options: ExporterOptions }
  | { readonly ok: false; readonly problems: readonly string[] };

/** The port where OpenTelemetry's exporter for Prometheus listens. */
const defaultPort = 9464;
const example = 'exporter://127.0.0.1:9464/metrics';
const names = ['timestamps', 'certfile', 'keyfile', 'cafile', 'insecure', ...seriesOptionNames];

/** Reads `exporter://HOST[:PORT][/PATH][?options]`; see README.md. Touches nothing. */
export function parseExporterOptions(url: string): ParsedExporterOptions {
  const parts = parsePublisherUrl(url);
  if (!parts) return { ok: false, problems: [`"${url}" is not a URL; one looks like ${example}`] };
  const problems = [...checkOptionNames(parts, names)];
  const address = readAddress(parts, problems);
  const tls = readTls(parts, problems);
  const isInsecure = readFlag(parts, 'insecure', false, problems);
  if (address && !isInsecure && tls?.caFile === undefined && !isLocalAddress(address)) {
    problems.push(
      `${formatListenAddress(address)} is open to other machines, and who reads it sees all tenants; listen on 127.0.0.1, ` +
        'or ask for client certificates (certfile, keyfile and cafile), or write insecure=1',
    );
  }
  const hasTimestamps = readFlag(parts, 'timestamps', false, problems);
  const series = readSeriesOptions(parts, problems);
  if (!address || problems.length > 0) return { ok: false, problems };
  const path = parts.path === '' || parts.path === '/' ? '/metrics' : parts.path;
  return { ok: true, options: { ...series, address, path, hasTimestamps, ...(tls && { tls }) } };
}

function readAddress({ authority }: PublisherUrl, problems: string[]): ExporterOptions['address'] | undefined {
  if (authority.includes('@')) {
    problems.push('a user and a password are not asked for; use client certificates (certfile, keyfile and cafile)');
    return undefined;
  }
  const hasPort = /:\d*$/.test(authority.replace(/^\[[^\]]*\]/, ''));
  const parsed = parseListenAddress(hasPort ? authority : `${authority}:${defaultPort}`);
  if (parsed.ok && parsed.address.kind === 'tcp' && parsed.address.port !== 0) return parsed.address;
  problems.push(parsed.ok ? `it names no port where others find it; an example is ${example}` : parsed.message);
  return undefined;
}

function readTls(parts: PublisherUrl, problems: string[]): ExporterTls | undefined {
  const [certFile, keyFile, caFile] = ['certfile', 'keyfile', 'cafile'].map((name) => optionOf(parts, name));
  for (const [name, path] of Object.entries({ certfile: certFile, keyfile: keyFile, cafile: caFile })) {
    if (path === '') problems.push(`${name} is empty; it must be the path of a PEM file`);
  }
  if (certFile !== undefined && keyFile !== undefined) {
    return { certFile, keyFile, ...(caFile !== undefined && { caFile }) };
  }
  if (certFile !== undefined || keyFile !== undefined || caFile !== undefined) {
    problems.push('TLS needs certfile and keyfile, and cafile besides to ask for client certificates');
  }
  return undefined;
}
