import { hash } from 'node:crypto';
import { formatTimestamp, jsonText } from '@nephometer/sample';
import { compareCodePoints } from '../message/code-point-order.ts';
import type { SignedMessage } from '../message/metering-message.ts';
import { nestedMessage, nestedText } from './nested-message.ts';
import type { NotifierFormat } from './notifier-options.ts';

/** What is sent to RabbitMQ. */
export interface Notification {
  /** Of the queue, and by which the exchange finds it. */
  readonly routingKey: string;
  /** The same whenever the same samples go to the same queue. */
  readonly id: string;
  /** JSON in ASCII. */
  readonly body: Buffer;
}

/** How notifications are made. */
export interface NotificationSettings {
  readonly format: NotifierFormat;
  readonly topics: readonly string[];
  readonly isPerMeter: boolean;
  readonly hostName: string;
  /** When they are sent, in milliseconds since 1970. */
  readonly nowMs: number;
}

/**
 * The notifications of a batch, as Ceilometer's `notifier://` publisher (or polling agent) and oslo.messaging's driver
 * `messagingv2` make them: to each topic one of all messages, then, if asked for, one of each meter, by name.
 *
 * Three ids that are random there are made of the samples' ids here. A batch that comes again after a connection broke has the
 * same, and consumers of oslo.messaging pass over `_unique_id`s that they have just seen.
 */
export function createNotifications(
  messages: readonly SignedMessage[],
  settings: NotificationSettings,
): readonly Notification[] {
  const all = messages.map((message) => ({ message, json: nestedMessage(message) }));
  if (settings.format === 'polling') {
    const frame = { publisherId: 'ceilometer.polling', eventType: 'telemetry.polling', list: ['{"samples": [', ']}'] };
    return toTopics(all, frame, settings);
  }
  const publisherId = `telemetry.publisher.${settings.hostName}`;
  const groups: (readonly [string, readonly Written[]])[] = [['metering', all]];
  if (settings.isPerMeter) groups.push(...byMeter(all));
  return groups.flatMap(([eventType, group]) =>
    toTopics(group, { publisherId, eventType, list: ['[', ']'] }, settings),
  );
}

/** A message, and itself as it stands in the body. */
interface Written {
  readonly message: SignedMessage;
  readonly json: readonly Buffer[];
}

function byMeter(all: readonly Written[]): readonly (readonly [string, readonly Written[]])[] {
  const meters = Map.groupBy(all, ({ message }) => message.counter_name);
  return [...meters].sort(([a], [b]) => compareCodePoints(a, b)).map(([name, group]) => [`metering.${name}`, group]);
}

/** What stands around the messages. */
interface Frame {
  readonly publisherId: string;
  readonly eventType: string;
  /** Before and behind them. */
  readonly list: readonly string[];
}

const comma = Buffer.from(', ');

function toTopics(
  group: readonly Written[],
  { publisherId, eventType, list: [before = '', behind = ''] }: Frame,
  { topics, nowMs }: NotificationSettings,
): readonly Notification[] {
  const identity = [eventType, ...group.map(({ message }) => message.message_id)].join('\n');
  const start =
    `{"message_id": "${uuidOf(identity)}", "publisher_id": ${jsonText(publisherId)}, "event_type": ${jsonText(eventType)}` +
    `, "priority": "SAMPLE", "payload": ${before}`;
  // Ends where the id of a topic's own notification follows.
  const end = `${behind}, "timestamp": "${formatTimestamp(nowMs).replace('T', ' ')}", "_unique_id": "`;
  const head = Buffer.from(`{"oslo.version": "2.0", "oslo.message": "${nestedText(start)}`, 'latin1');
  const payload = group.flatMap(({ json }, index) => (index === 0 ? json : [comma, ...json]));
  return topics.map((topic) => {
    const routingKey = `${topic}.sample`;
    const id = uuidOf(`${routingKey}\n${identity}`);
    const tail = Buffer.from(`${nestedText(`${end}${id.replaceAll('-', '')}"}`)}"}`, 'latin1');
    return { routingKey, id, body: Buffer.concat([head, ...payload, tail]) };
  });
}

/** A UUID made of a text: version 8 of RFC 9562, the form for hashes of one's own choice. */
function uuidOf(text: string): string {
  const digits = hash('sha256', text, 'hex').slice(0, 32).split('');
  digits[12] = '8';
  digits[16] = ((Number.parseInt(digits[16] ?? '0', 16) & 3) | 8).toString(16);
  const hex = digits.join('');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
