import type { PublisherSettings } from '@nephometer/plugin';
import { readFlag, readSeconds } from '../option-values.ts';
import { checkOptionNames, optionOf, parsePublisherUrl } from '../publisher-url.ts';
import type { PublisherUrl } from '../publisher-url.ts';
import { notifierExample, parseBrokerAddresses, unquote } from './broker-addresses.ts';
import type { BrokerAddress } from './broker-addresses.ts';
import { transportOptions, withTransport } from './transport-url.ts';

/** Whose messages ours are like. */
export type NotifierFormat =
  /** Ceilometer's publisher `notifier://`. */
  | 'metering'
  /** Ceilometer's polling agent: what `ceilometer-agent-notification` takes. */
  | 'polling';

/** TLS of a connection; the paths are as they stand in the URL. */
export interface NotifierTls {
  readonly isVerified: boolean;
  readonly caFile?: string;
  readonly certFile?: string;
  readonly keyFile?: string;
}

/** What a `notifier://` URL says. */
export interface NotifierOptions {
  /** At least one; they are of one cluster. */
  readonly brokers: readonly BrokerAddress[];
  readonly virtualHost: string;
  readonly tls?: NotifierTls;
  readonly format: NotifierFormat;
  /** At least one; a message goes to each. */
  readonly topics: readonly string[];
  readonly exchange: string;
  /** One more message for each meter of a batch. */
  readonly isPerMeter: boolean;
  /** What exchange and queues are declared as. */
  readonly isDurable: boolean;
  readonly isAutoDelete: boolean;
  readonly isQuorum: boolean;
  /** How long connecting, and how long a batch, may take. Default 30,000. */
  readonly timeoutMs: number;
}

/** The options of a URL, or everything that is wrong with it. */
export type ParsedNotifierUrl =
  | { readonly ok: true; readonly options: NotifierOptions }
  | { readonly ok: false; readonly problems: readonly string[] };

const optionNames = [
  'topic',
  'driver',
  'format',
  'per_meter_topic',
  'policy',
  'max_queue_length',
  'max_retry',
  'exchange',
  ...transportOptions,
  'timeout',
];

/**
 * Reads `notifier://[user:password@]host[:port][,...][/virtual_host][?options]`; the options are in README.md. Without a host, all
 * but the options is in the `transport_url`.
 */
export function parseNotifierUrl(
  url: string,
  { transportUrl }: Pick<PublisherSettings, 'transportUrl'>,
): ParsedNotifierUrl {
  const own = parsePublisherUrl(url);
  if (!own) return { ok: false, problems: [`it is not a URL; one looks like ${notifierExample}`] };
  const problems: string[] = [];
  const parts = own.authority === '' ? withTransport(own, transportUrl, problems) : own;
  if (!parts) return { ok: false, problems };
  const tls = readTls(parts, problems);
  const brokers = parseBrokerAddresses(parts.authority, tls !== undefined, problems);
  // A topic may be there several times.
  const once = parts.options.filter(([name], index) => name !== 'topic' || index === firstTopic(parts));
  problems.push(...checkOptionNames({ ...parts, options: once }, optionNames));
  const format = readWord(parts, 'format', ['metering', 'polling'], problems);
  readWord(parts, 'driver', ['rabbit', 'kombu'], problems);
  // The delivery does better than these; see README.md.
  readWord(parts, 'policy', ['default', 'queue', 'drop'], problems);
  for (const name of ['max_queue_length', 'max_retry']) checkWhole(parts, name, problems);
  const isPerMeter = readFlag(parts, 'per_meter_topic', false, problems);
  if (isPerMeter && format === 'polling') {
    problems.push('per_meter_topic goes with format=metering only: the polling agent has no such messages');
  }
  const isQuorum = readFlag(parts, 'rabbit_quorum_queue', false, problems);
  const options: NotifierOptions = {
    brokers,
    virtualHost: virtualHostOf(parts),
    ...(tls && { tls }),
    format,
    topics: readTopics(parts, format === 'polling' ? 'notifications' : 'metering', problems),
    exchange: readName(parts, 'exchange', 'ceilometer', problems),
    isPerMeter,
    isDurable: readFlag(parts, 'amqp_durable_queues', false, problems) || isQuorum,
    isAutoDelete: readFlag(parts, 'amqp_auto_delete', false, problems),
    isQuorum,
    timeoutMs: 1000 * readSeconds(parts, 'timeout', 30, problems),
  };
  return problems.length === 0 ? { ok: true, options } : { ok: false, problems };
}

function firstTopic({ options }: PublisherUrl): number {
  return options.findIndex(([name]) => name === 'topic');
}

/** RabbitMQ's own is `/`, which a URL has as no path, `/` or `//`. */
function virtualHostOf({ path }: PublisherUrl): string {
  const name = unquote(path.slice(1));
  return name === '' ? '/' : name;
}

function readTls(parts: PublisherUrl, problems: string[]): NotifierTls | undefined {
  const isTls = readFlag(parts, 'ssl', false, problems);
  const isVerified = readFlag(parts, 'verify_ssl', true, problems);
  const [caFile, certFile, keyFile] = (['ssl_ca_file', 'ssl_cert_file', 'ssl_key_file'] as const).map((name) => {
    const path = optionOf(parts, name);
    if (path === '') problems.push(`${name} is empty; write the path of a file`);
    if (path !== undefined && !isTls) problems.push(`${name} does nothing without ssl=1`);
    return path;
  });
  if (keyFile !== undefined && certFile === undefined) problems.push('ssl_key_file does nothing without ssl_cert_file');
  if (!isTls) return undefined;
  return { isVerified, ...(caFile && { caFile }), ...(certFile && { certFile }), ...(keyFile && { keyFile }) };
}

/** One of some words; the first one by default. */
function readWord<const W extends string>(
  parts: PublisherUrl,
  name: string,
  words: readonly [W, ...W[]],
  problems: string[],
): W {
  const text = optionOf(parts, name);
  const word = text === undefined ? words[0] : words.find((each) => each === text);
  if (word === undefined) problems.push(`${name} is "${text}"; it must be one of ${words.join(', ')}`);
  return word ?? words[0];
}

function checkWhole(parts: PublisherUrl, name: string, problems: string[]): void {
  const text = optionOf(parts, name);
  if (text !== undefined && !/^-?\d+$/.test(text)) problems.push(`${name} is "${text}"; it must be a whole number`);
}

/** AMQP has names of at most so many bytes. */
const longestName = 255;

function readName(parts: PublisherUrl, name: string, fallback: string, problems: string[]): string {
  const text = optionOf(parts, name) ?? fallback;
  checkName(name, text, problems);
  return text;
}

function readTopics(parts: PublisherUrl, fallback: string, problems: string[]): readonly string[] {
  const given = parts.options.filter(([name]) => name === 'topic').map(([, value]) => value);
  const topics = given.length === 0 ? [fallback] : given;
  for (const topic of topics) checkName('topic', `${topic}.sample`, problems);
  if (new Set(topics).size < topics.length) problems.push('a topic is there twice; each message goes to a topic once');
  return topics;
}

function checkName(option: string, name: string, problems: string[]): void {
  if (name === '' || name === '.sample') problems.push(`${option} is empty; leave it out or write a name`);
  if (Buffer.byteLength(name) > longestName) problems.push(`${option} is longer than the ${longestName} bytes of AMQP`);
}
