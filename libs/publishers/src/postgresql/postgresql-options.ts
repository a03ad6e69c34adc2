import { hostPortText } from '../host-port.ts';
import type { HostPort } from '../host-port.ts';
import { readSeconds } from '../option-values.ts';
import type { TlsFiles } from '../tls-files.ts';
import { checkOptionNames, optionOf, parsePublisherUrl } from '../publisher-url.ts';
import type { PublisherUrl } from '../publisher-url.ts';
import { parseServerList } from '../server-list.ts';
import { readRetention } from '../sql/retention-option.ts';

/** How much TLS there is, by the names of PostgreSQL's own clients; `allow` is not among ours. */
const sslModes = ['disable', 'prefer', 'require', 'verify-ca', 'verify-full'] as const;
export type SslMode = (typeof sslModes)[number];

/** What a `postgresql://` URL says. */
export interface PostgresqlOptions {
  /** The host may be the directory of a unix socket. */
  readonly server: HostPort;
  readonly database: string;
  /** Absent: the user who runs this, without a password. */
  readonly user?: { readonly name: string; readonly password?: string };
  /** Where the tables are; made if it is not there. */
  readonly schema: string;
  /** How long samples are kept, in milliseconds; for ever if absent. */
  readonly retentionMs?: number;
  /** For connecting, and for each transaction, in milliseconds. */
  readonly timeoutMs: number;
  readonly sslMode: SslMode;
  readonly tls: TlsFiles;
}

/** The options of a URL, or everything that is wrong with it. */
export type ParsedPostgresqlUrl =
  | { readonly ok: true; readonly options: PostgresqlOptions }
  | { readonly ok: false; readonly problems: readonly string[] };

const example = 'postgresql://user:password@host:5432/database';
const defaultPort = 5432;
const fileOptions = ['sslrootcert', 'sslcert', 'sslkey'] as const;
const optionNames = ['schema', 'retention', 'timeout', 'host', 'sslmode', ...fileOptions];

/** Reads `postgresql://[user[:password]@]host[:5432]/database[?options]`. */
export function parsePostgresqlUrl(url: string): ParsedPostgresqlUrl {
  const parts = parsePublisherUrl(url);
  if (!parts) return { ok: false, problems: [`it is not a URL; one looks like ${example}`] };
  const problems = [...checkOptionNames(parts, optionNames)];
  const place = readPlace(parts, problems);
  const database = readDatabase(parts, problems);
  const schema = readSchema(parts, problems);
  const retentionMs = readRetention(parts, problems);
  const timeoutMs = readSeconds(parts, 'timeout', 30, problems) * 1000;
  const sslMode = readSslMode(parts, problems);
  const tls = readFiles(parts, sslMode, problems);
  if (!place || problems.length > 0) return { ok: false, problems };
  return {
    ok: true,
    options: { ...place, database, schema, timeoutMs, sslMode, tls, ...(retentionMs !== undefined && { retentionMs }) },
  };
}

/** What messages call the target. */
export function targetName({ server, database }: PostgresqlOptions): string {
  const at = server.host.startsWith('/') ? `${server.host}:${server.port}` : hostPortText(server);
  return `postgresql://${at}/${database}`;
}

function readPlace(parts: PublisherUrl, problems: string[]): Pick<PostgresqlOptions, 'server' | 'user'> | undefined {
  const directory = optionOf(parts, 'host');
  if (directory !== undefined && !directory.startsWith('/')) {
    problems.push(`host is "${directory}"; it must be the directory of a socket; other hosts stand after //`);
    return undefined;
  }
  // A host that is never looked up stands in where there is none.
  const authority = directory === undefined ? parts.authority : parts.authority.replace(/(^|@)(?=$|:\d*$)/, '$1socket');
  const list = parseServerList(authority, defaultPort, problems);
  const server = list?.servers[0];
  if (!list || !server) return undefined;
  if (list.servers.length > 1) {
    problems.push(`it names several hosts; name one, such as a proxy that knows which is writable`);
  }
  if (directory !== undefined && server.host !== 'socket') {
    problems.push('it names a host and the directory of a socket; leave one of them out');
  }
  return { server: { ...server, host: directory ?? server.host }, ...(list.user && { user: list.user }) };
}

function readDatabase({ path }: PublisherUrl, problems: string[]): string {
  const [, name = ''] = /^\/([^/]*)$/.exec(path) ?? [];
  if (name === '') problems.push(`it names no database; it looks like ${example}`);
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}

function readSchema(parts: PublisherUrl, problems: string[]): string {
  const schema = optionOf(parts, 'schema') ?? 'nephometer';
  if (!/^[a-z_][a-z0-9_]{0,62}$/.test(schema) || schema.startsWith('pg_')) {
    problems.push(
      `schema is "${schema}"; it must be up to 63 small letters, digits and underscores, and not begin with pg_`,
    );
  }
  return schema;
}

function readSslMode(parts: PublisherUrl, problems: string[]): SslMode {
  const text = optionOf(parts, 'sslmode') ?? 'prefer';
  const mode = sslModes.find((candidate) => candidate === text);
  if (mode === undefined) problems.push(`sslmode is "${text}"; it must be one of ${sslModes.join(', ')}`);
  return mode ?? 'prefer';
}

function readFiles(parts: PublisherUrl, sslMode: SslMode, problems: string[]): TlsFiles {
  const [caFile, certFile, keyFile] = fileOptions.map((name) => optionOf(parts, name));
  for (const name of fileOptions) {
    const value = optionOf(parts, name);
    if (value === '') problems.push(`${name} is empty; it must be the path of a PEM file`);
    if (value !== undefined && sslMode === 'disable') problems.push(`${name} does nothing with sslmode=disable`);
  }
  const isVerified = sslMode.startsWith('verify-');
  if (caFile !== undefined && !isVerified) {
    problems.push('sslrootcert does nothing unless certificates are verified; add sslmode=verify-full');
  }
  if (keyFile !== undefined && certFile === undefined) problems.push('sslkey does nothing without sslcert');
  return { isVerified, ...(caFile && { caFile }), ...(certFile && { certFile }), ...(keyFile && { keyFile }) };
}
