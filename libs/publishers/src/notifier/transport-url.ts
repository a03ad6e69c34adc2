import { checkOptionNames, parsePublisherUrl } from '../publisher-url.ts';
import type { PublisherUrl } from '../publisher-url.ts';
import { notifierExample } from './broker-addresses.ts';

/** What a `transport_url` can say besides where RabbitMQ is: how a connection is made, and what the others declare. */
export const transportOptions = [
  'amqp_durable_queues',
  'amqp_auto_delete',
  'rabbit_quorum_queue',
  'ssl',
  'ssl_ca_file',
  'ssl_cert_file',
  'ssl_key_file',
  'verify_ssl',
];

/**
 * A `notifier://` URL without a host, with the host of the `transport_url`, as oslo.messaging writes it:
 * `rabbit://[user:password@]host[:port][,...][/virtual_host][?options]`. An option that both have is that of the URL.
 *
 * @param problems what is wrong is added here, without users and passwords; `undefined` is returned then
 */
export function withTransport(
  parts: PublisherUrl,
  transportUrl: string | undefined,
  problems: string[],
): PublisherUrl | undefined {
  if (parts.path !== '' && parts.path !== '/') {
    problems.push(`it names a virtual host and no RabbitMQ; write both, as in ${notifierExample}`);
    return undefined;
  }
  if (transportUrl === undefined) {
    problems.push(
      'it names no RabbitMQ: set transport_url in coordinator.yaml to that of ceilometer.conf, or write it here, with ' +
        `notifier:// for rabbit://, as in ${notifierExample}`,
    );
    return undefined;
  }
  const transport = parsePublisherUrl(transportUrl);
  if (!transport || !['rabbit', 'kombu'].includes(transport.scheme) || transport.authority === '') {
    problems.push(
      'the transport_url is that of no RabbitMQ; one looks like rabbit://user:password@rabbit.example.org:5672/',
    );
    return undefined;
  }
  const wrong = checkOptionNames(transport, transportOptions);
  problems.push(...wrong.map((problem) => `the transport_url is wrong: ${problem}`));
  if (wrong.length > 0) return undefined;
  const given = new Set(parts.options.map(([name]) => name));
  const { authority, path, options } = transport;
  return { ...parts, authority, path, options: [...parts.options, ...options.filter(([name]) => !given.has(name))] };
}
