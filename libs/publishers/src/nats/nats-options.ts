import { readCount, readFlag, readSeconds } from '../option-values.ts';
import type { TlsFiles } from '../tls-files.ts';
import type { HostPort } from '../host-port.ts';
import { checkOptionNames, optionOf, parsePublisherUrl } from '../publisher-url.ts';
import type { PublisherUrl } from '../publisher-url.ts';
import { parseServerList } from '../server-list.ts';
import type { ServerList } from '../server-list.ts';
import { readTlsOptions, tlsOptionNames } from '../tls-options.ts';
import { prefixProblem } from './subject.ts';

/** What is asked of a stream that is made because there is none. */
export interface NewStream {
  readonly name: string;
  readonly maxAgeMs: number;
  readonly maxBytes: number;
  readonly replicas: number;
}

/** What a `nats://` URL says. */
export interface NatsOptions {
  /** At least one; tried in this order. */
  readonly servers: readonly HostPort[];
  /** What subjects begin with, without a dot at the end. */
  readonly prefix: string;
  /** The stream that must have the messages. Absent: whichever takes the subjects. */
  readonly stream?: string;
  /** Absent: none is made. */
  readonly newStream?: NewStream;
  /** What a message is: Ceilometer's metering message, signed, or the sample as the `file` publisher writes it with `json`. */
  readonly format: 'message' | 'sample';
  /** For connecting, and for the next answer to come. In milliseconds. */
  readonly timeoutMs: number;
  /** Absent: TLS if the server demands it. */
  readonly tls?: TlsFiles;
  /** A name and a password, or a token. */
  readonly user?: NonNullable<ServerList['user']>;
  /** A file of credentials: a JWT and its key. */
  readonly credentialsFile?: string;
}

/** The options of a URL, or everything that is wrong with it. */
export type ParsedNatsUrl =
  { readonly ok: true; readonly options: NatsOptions } | { readonly ok: false; readonly problems: readonly string[] };

const example = 'nats://nats-1:4222,nats-2:4222/ceilometer';

const optionNames = [
  ...['stream', 'create_stream', 'stream_max_age', 'stream_max_bytes', 'stream_replicas', 'format', 'timeout', 'creds'],
  ...tlsOptionNames,
];

/** Reads `nats://[user:password@|token@]host[:4222][,host...][/prefix][?options]`. */
export function parseNatsUrl(url: string): ParsedNatsUrl {
  const parts = parsePublisherUrl(url);
  if (!parts) return { ok: false, problems: [`it is not a URL; one looks like ${example}`] };
  const problems = [...checkOptionNames(parts, optionNames)];
  const list = parseServerList(parts.authority, 4222, problems);
  const prefix = parts.path.replace(/^\//, '') || 'ceilometer';
  const wrongPrefix = prefixProblem(prefix);
  if (wrongPrefix !== undefined) problems.push(wrongPrefix);
  const stream = readStream(parts, problems);
  const newStream = readNewStream(parts, stream ?? prefix.replaceAll('.', '_'), problems);
  const format = optionOf(parts, 'format') ?? 'message';
  if (format !== 'message' && format !== 'sample') problems.push(`format is "${format}"; it must be message or sample`);
  const timeoutMs = readSeconds(parts, 'timeout', 10, problems) * 1000;
  const tls = readTlsOptions(parts, problems);
  const credentialsFile = optionOf(parts, 'creds');
  if (credentialsFile === '') problems.push('creds is empty; it must be the path of a file of credentials');
  if (credentialsFile !== undefined && list?.user)
    problems.push('creds and a user before the @ exclude each other; keep one');
  if (!list || problems.length > 0) return { ok: false, problems };
  return {
    ok: true,
    options: {
      servers: list.servers,
      prefix,
      ...(stream !== undefined && { stream }),
      ...(newStream && { newStream }),
      format: format === 'sample' ? 'sample' : 'message',
      timeoutMs,
      ...(tls && { tls }),
      ...(list.user && { user: list.user }),
      ...(credentialsFile !== undefined && { credentialsFile }),
    },
  };
}

function readStream(parts: PublisherUrl, problems: string[]): string | undefined {
  const name = optionOf(parts, 'stream');
  if (name !== undefined && !/^[^\s.*>/\\\p{C}]+$/u.test(name)) {
    problems.push(`stream is "${name}"; the name of a stream has no spaces, dots, slashes, * or >`);
  }
  return name;
}

function readNewStream(parts: PublisherUrl, name: string, problems: string[]): NewStream | undefined {
  const isMade = readFlag(parts, 'create_stream', true, problems);
  const maxAgeMs = readAmount(parts, 'stream_max_age', { fallback: 7 * days, units: durations, like: '7d' }, problems);
  const maxBytes = readAmount(parts, 'stream_max_bytes', { fallback: 2 ** 30, units: sizes, like: '1GiB' }, problems);
  const replicas = readCount(parts, 'stream_replicas', { fallback: 1, most: 5 }, problems);
  if (replicas === 0) problems.push('stream_replicas is 0; it must be from 1 to 5');
  for (const option of ['stream_max_age', 'stream_max_bytes', 'stream_replicas']) {
    if (!isMade && optionOf(parts, option) !== undefined)
      problems.push(`${option} does nothing with create_stream=false`);
  }
  return isMade ? { name, maxAgeMs, maxBytes, replicas } : undefined;
}

const days = 86_400_000;

// The units that the options of the delivery have.
const durations: Readonly<Record<string, number>> = { '': 1000, s: 1000, m: 60_000, h: 3_600_000, d: days };
const sizes: Readonly<Record<string, number>> = { '': 1, b: 1, kib: 2 ** 10, mib: 2 ** 20, gib: 2 ** 30, tib: 2 ** 40 };

function readAmount(
  parts: PublisherUrl,
  name: string,
  { fallback, units, like }: { readonly fallback: number; readonly units: typeof sizes; readonly like: string },
  problems: string[],
): number {
  const text = optionOf(parts, name);
  if (text === undefined) return fallback;
  const [, number, unit = ''] = /^(\d+)\s*([a-z]*)$/i.exec(text.trim()) ?? [];
  const amount = Number(number) * (units[unit.toLowerCase()] ?? NaN);
  if (amount > 0 && amount <= 2 ** 50) return amount;
  problems.push(`${name} is "${text}"; it must be a number with a unit, such as ${like}`);
  return fallback;
}
