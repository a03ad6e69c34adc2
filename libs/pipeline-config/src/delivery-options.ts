import type { DeliveryOptions } from '@nephometer/plugin';

/** What a text stands for, or what is wrong with it, in words that can follow the option's name. */
type Read<T> = { readonly value: T } | { readonly problem: string };

/** An option of the delivery as the operator writes it. */
interface Option {
  readonly name: string;
  readonly read: (text: string) => Read<Partial<DeliveryOptions>>;
}

const sizeUnits: Readonly<Record<string, number>> = {
  '': 1,
  b: 1,
  kib: 2 ** 10,
  mib: 2 ** 20,
  gib: 2 ** 30,
  tib: 2 ** 40,
};
const durationUnits: Readonly<Record<string, number>> = {
  ms: 1,
  '': 1000,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** Below this a queue would hold next to nothing. */
const LEAST_QUEUE_BYTES = 64 * 1024;

/** All of them, in the order of the documentation. */
const options: readonly Option[] = [
  {
    name: 'queue',
    read: (text) =>
      text === 'disk' || text === 'memory'
        ? { value: { queue: text } }
        : { problem: 'there is no such queue; write "disk" or "memory"' },
  },
  option('queue_bytes', 'queueBytes', (text) => readSize(text, LEAST_QUEUE_BYTES)),
  option('queue_age', 'queueAgeMs', (text) => readDuration(text, 1000)),
  option('batch_size', 'batchSize', (text) => readCount(text, 1_000_000)),
  option('batch_bytes', 'batchBytes', (text) => readSize(text, 1)),
  option('batch_delay', 'batchDelayMs', (text) => readDuration(text, 0)),
  option('retry_delay', 'retryDelayMs', (text) => readDuration(text, 1)),
  option('retry_max_delay', 'retryMaxDelayMs', (text) => readDuration(text, 1)),
  option('concurrency', 'concurrency', (text) => readCount(text, 64)),
  option('rate_limit', 'rateLimit', readRate),
];

function option<Key extends keyof DeliveryOptions>(
  name: string,
  key: Key,
  read: (text: string) => Read<DeliveryOptions[Key]>,
): Option {
  return {
    name,
    read(text) {
      const result = read(text);
      return 'problem' in result ? result : { value: { [key]: result.value } };
    },
  };
}

/** Names of the options of the delivery, which every publisher has. */
export const deliveryOptionNames: readonly string[] = options.map(({ name }) => name);

/** A publisher's URL, taken apart. */
export interface SplitUrl {
  /** Without the options of the delivery; all else is as it was. */
  readonly url: string;
  /** What the operator says about the delivery. */
  readonly delivery: Partial<DeliveryOptions>;
  /** Every problem with these options. */
  readonly problems: readonly string[];
}

/** Takes the options of the delivery out of a publisher's URL. What is left is not looked at. */
export function splitDelivery(url: string): SplitUrl {
  const [, front = url, query, end = ''] = /^([^?#]*)\?([^#]*)(#.*)?$/s.exec(url) ?? [];
  if (query === undefined) return { url, delivery: {}, problems: [] };
  const rest: string[] = [];
  const problems: string[] = [];
  let delivery: Partial<DeliveryOptions> = {};
  const seen = new Set<string>();
  for (const part of query.split('&')) {
    const [[name = '', text = ''] = []] = [...new URLSearchParams(part)];
    const known = options.find((candidate) => candidate.name === name);
    if (known === undefined) {
      rest.push(part);
      continue;
    }
    if (seen.has(name)) problems.push(`the option "${name}" is given more than once; keep one of them`);
    seen.add(name);
    const result = known.read(text.trim());
    if ('problem' in result) problems.push(`${name}=${text}: ${result.problem}`);
    else delivery = { ...delivery, ...result.value };
  }
  const { retryDelayMs = 0, retryMaxDelayMs = Infinity } = delivery;
  if (retryDelayMs > retryMaxDelayMs) problems.push('retry_delay is longer than retry_max_delay; swap them');
  return { url: front + (rest.length > 0 ? `?${rest.join('&')}` : '') + end, delivery, problems };
}

/** The delivery to a publisher, complete: what the operator says, else what fits the publisher, else what fits most. */
export function completeDelivery(
  given: Partial<DeliveryOptions> = {},
  fitting: Partial<DeliveryOptions> = {},
): DeliveryOptions {
  const chosen = { ...fitting, ...given };
  const { queue = 'disk', retryDelayMs = 1000 } = chosen;
  return {
    queue,
    queueBytes: queue === 'disk' ? 2 ** 30 : 2 ** 25,
    queueAgeMs: 7 * 86_400_000,
    batchSize: 5000,
    batchBytes: 4 * 2 ** 20,
    batchDelayMs: 200,
    retryDelayMs,
    retryMaxDelayMs: Math.max(60_000, retryDelayMs),
    concurrency: 1,
    rateLimit: Infinity,
    ...chosen,
  };
}

function readSize(text: string, least: number): Read<number> {
  const [, digits = '', unit = ''] = /^(\d+(?:\.\d+)?) *([a-z]*)$/i.exec(text) ?? [];
  const factor = sizeUnits[unit.toLowerCase()];
  if (digits === '' || factor === undefined) return { problem: 'not a size; write bytes, such as 500MiB or 2GiB' };
  const value = Math.round(Number(digits) * factor);
  return value >= least && Number.isSafeInteger(value)
    ? { value }
    : { problem: `too small; give at least ${least} bytes` };
}

function readDuration(text: string, leastMs: number): Read<number> {
  const [, digits = '', unit = ''] = /^(\d+(?:\.\d+)?) *([a-z]*)$/i.exec(text) ?? [];
  const factor = durationUnits[unit.toLowerCase()];
  if (digits === '' || factor === undefined) {
    return { problem: 'not a time; write seconds, or with a unit 500ms, 30s, 5m, 12h or 7d' };
  }
  const value = Number(digits) * factor;
  return value >= leastMs && Number.isFinite(value) ? { value } : { problem: `too short; give at least ${leastMs} ms` };
}

function readCount(text: string, most: number): Read<number> {
  const value = /^\d+$/.test(text) ? Number(text) : 0;
  return value >= 1 && value <= most ? { value } : { problem: `not possible; write a whole number from 1 to ${most}` };
}

function readRate(text: string): Read<number> {
  const value = /^\d+(?:\.\d+)?$/.test(text) ? Number(text) : 0;
  return value > 0 ? { value } : { problem: 'not possible; write samples a second, a number above 0' };
}
