import { readSeconds } from '../option-values.ts';
import type { TlsFiles } from '../tls-files.ts';
import type { HostPort } from '../host-port.ts';
import { checkOptionNames, optionOf, parsePublisherUrl } from '../publisher-url.ts';
import type { PublisherUrl } from '../publisher-url.ts';
import { parseServerList } from '../server-list.ts';
import { readTlsOptions, tlsOptionNames } from '../tls-options.ts';
import { nodeProblem } from './node-version.ts';

/** How the batches of records are compressed, by the names that Kafka's own configuration has. */
const compressions = ['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const;
export type Compression = (typeof compressions)[number];

/** How we say who we are, by the names of the option and of the protocol. */
const mechanisms = { plain: 'PLAIN', 'scram-sha-256': 'SCRAM-SHA-256', 'scram-sha-512': 'SCRAM-SHA-512' } as const;
export type SaslMechanism = (typeof mechanisms)[keyof typeof mechanisms];

/** Options of Ceilometer that have nothing left to do here; its values are checked all the same. */
const policies = ['default', 'queue', 'drop'];

/** What a `kafka://` URL says. */
export interface KafkaOptions {
  /** Those to ask for the others; at least one. */
  readonly brokers: readonly HostPort[];
  readonly topic: string;
  readonly compression: Compression;
  /** For each part of a batch: connecting, the answers, and trying again meanwhile. In milliseconds. */
  readonly timeoutMs: number;
  /** Absent: no TLS. */
  readonly tls?: TlsFiles;
  /** Absent: nobody asks who we are. */
  readonly sasl?: { readonly mechanism: SaslMechanism; readonly user: string; readonly password: string };
}

/** The options of a URL, or everything that is wrong with it. */
export type ParsedKafkaUrl =
  { readonly ok: true; readonly options: KafkaOptions } | { readonly ok: false; readonly problems: readonly string[] };

const example = 'kafka://broker-1:9092,broker-2:9092?topic=ceilometer';

const optionNames = [
  'topic',
  'compression',
  'timeout',
  'sasl',
  ...tlsOptionNames,
  'policy',
  'max_retry',
  'max_queue_length',
];

/** Reads `kafka://[user:password@]broker[:9092][,broker...][?options]`. */
export function parseKafkaUrl(url: string, nodeVersion = process.version): ParsedKafkaUrl {
  const parts = parsePublisherUrl(url);
  if (!parts) return { ok: false, problems: [`it is not a URL; one looks like ${example}`] };
  const tooOld = nodeProblem(nodeVersion);
  const problems = [...(tooOld === undefined ? [] : [tooOld]), ...checkOptionNames(parts, optionNames)];
  if (parts.path !== '' && parts.path !== '/') {
    problems.push(`"${parts.path}" does nothing; the topic is an option, as in ${example}`);
  }
  const list = parseServerList(parts.authority, 9092, problems);
  const topic = readTopic(parts, problems);
  const compression = readWord(parts, 'compression', compressions, 'none', problems);
  const timeoutMs = readSeconds(parts, 'timeout', 30, problems) * 1000;
  const tls = readTlsOptions(parts, problems);
  const mechanism = readMechanism(parts, list?.user, problems);
  checkQueueOptions(parts, problems);
  if (!list || problems.length > 0) return { ok: false, problems };
  return {
    ok: true,
    options: {
      brokers: list.servers,
      topic,
      compression,
      timeoutMs,
      ...(tls && { tls }),
      ...(list.user?.password !== undefined && {
        sasl: { mechanism, user: list.user.name, password: list.user.password },
      }),
    },
  };
}

function readTopic(parts: PublisherUrl, problems: string[]): string {
  const topic = optionOf(parts, 'topic') ?? 'ceilometer';
  // As the brokers have it; these two would be directories.
  if (!/^[A-Za-z0-9._-]{1,249}$/.test(topic) || topic === '.' || topic === '..') {
    problems.push(`topic is "${topic}"; it must be up to 249 letters of ASCII, digits, dots, underscores and hyphens`);
  }
  return topic;
}

function readMechanism(
  parts: PublisherUrl,
  user: { readonly password?: string } | undefined,
  problems: string[],
): SaslMechanism {
  const name = optionOf(parts, 'sasl');
  const mechanism = readWord(parts, 'sasl', Object.keys(mechanisms) as (keyof typeof mechanisms)[], 'plain', problems);
  if (user && user.password === undefined) {
    problems.push('it has a user without a password; write user:password@, or user:@ for an empty one');
  }
  if (name !== undefined && !user)
    problems.push('sasl does nothing without a user; write user:password@ before the broker');
  return mechanisms[mechanism];
}

function readWord<Word extends string>(
  parts: PublisherUrl,
  name: string,
  words: readonly Word[],
  fallback: Word,
  problems: string[],
): Word {
  const text = optionOf(parts, name);
  if (text === undefined) return fallback;
  const word = words.find((candidate) => candidate === text.toLowerCase());
  if (word === undefined) problems.push(`${name} is "${text}"; it must be one of ${words.join(', ')}`);
  return word ?? fallback;
}

function checkQueueOptions(parts: PublisherUrl, problems: string[]): void {
  readWord(parts, 'policy', policies, 'default', problems);
  for (const name of ['max_retry', 'max_queue_length']) {
    const text = optionOf(parts, name);
    if (text !== undefined && !/^-?\d+$/.test(text)) problems.push(`${name} is "${text}"; it must be a whole number`);
  }
}
