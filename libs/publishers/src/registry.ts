import type { Publisher, PublisherFactory, PublisherSettings } from '@nephometer/plugin';
import { suggest } from '@nephometer/service';
import { consolePublisherFactory } from './console/console-publisher.ts';
import { exporterPublisherFactory } from './exporter/exporter-publisher.ts';
import { filePublisherFactory } from './file/file-publisher.ts';
import { httpPublisherFactory, httpsPublisherFactory } from './http/http-publisher.ts';
import { kafkaPublisherFactory } from './kafka/kafka-publisher.ts';
import { natsPublisherFactory } from './nats/nats-publisher.ts';
import { notifierPublisherFactory } from './notifier/notifier-publisher.ts';
import { opentelemetryhttpPublisherFactory } from './opentelemetryhttp/opentelemetryhttp-publisher.ts';
import { otlpPublisherFactory, otlpsPublisherFactory } from './otlp/otlp-publisher.ts';
import { postgresqlPublisherFactory } from './postgresql/postgresql-publisher.ts';
import { prometheusPublisherFactory } from './prometheus/prometheus-publisher.ts';
import { gnocchiPublisherFactory } from './gnocchi/gnocchi-publisher.ts';
import { PublisherError } from './publisher-error.ts';
import { parsePublisherUrl } from './publisher-url.ts';
import { remoteWritePublisherFactory } from './remotewrite/remotewrite-publisher.ts';
import { sqlitePublisherFactory } from './sqlite/sqlite-publisher.ts';
import { tcpPublisherFactory } from './tcp/tcp-publisher.ts';
import { testPublisherFactory } from './test/test-publisher.ts';
import { udpPublisherFactory } from './udp/udp-publisher.ts';

/** All publishers of this package; their schemes are unique. */
export const publisherFactories: readonly PublisherFactory[] = [
  consolePublisherFactory,
  exporterPublisherFactory,
  filePublisherFactory,
  gnocchiPublisherFactory,
  httpPublisherFactory,
  httpsPublisherFactory,
  kafkaPublisherFactory,
  natsPublisherFactory,
  notifierPublisherFactory,
  opentelemetryhttpPublisherFactory,
  otlpPublisherFactory,
  otlpsPublisherFactory,
  postgresqlPublisherFactory,
  prometheusPublisherFactory,
  remoteWritePublisherFactory,
  sqlitePublisherFactory,
  tcpPublisherFactory,
  testPublisherFactory,
  udpPublisherFactory,
];

/** What others call some of them. */
const otherNames: Readonly<Record<string, string>> = { postgres: 'postgresql', sqlite3: 'sqlite' };

/** Who makes the publisher of a URL; `undefined` if nobody does. */
export function publisherFactoryOf(
  url: string,
  factories: readonly PublisherFactory[] = publisherFactories,
): PublisherFactory | undefined {
  const scheme = parsePublisherUrl(url)?.scheme;
  return factories.find((candidate) => candidate.scheme === scheme);
}

/**
 * What is wrong with a publisher's URL: every problem at once; none if {@link createPublisher} can make it.
 *
 * @param settings as for `validate` of a {@link PublisherFactory}: absent where they are not known
 */
export function checkPublisherUrl(
  url: string,
  factories: readonly PublisherFactory[] = publisherFactories,
  settings?: Pick<PublisherSettings, 'transportUrl'>,
): readonly string[] {
  const scheme = parsePublisherUrl(url)?.scheme;
  if (scheme === undefined)
    return [`"${withoutSecrets(url)}" is not a URL; one looks like file:///var/log/samples?json`];
  const factory = factories.find((candidate) => candidate.scheme === scheme);
  if (factory) return factory.validate(url, settings);
  const known = factories.map((candidate) => candidate.scheme).sort();
  const meant = otherNames[scheme];
  if (meant !== undefined && known.includes(meant)) return [`there is no publisher for "${scheme}"; write ${meant}://`];
  const near = suggest(scheme, known);
  const advice = near === undefined ? '' : `; did you mean "${near}"?`;
  return [`there is no publisher for "${scheme}"; there are publishers for ${known.join(', ')}${advice}`];
}

/**
 * The publisher of a URL.
 *
 * @throws PublisherError `bad_url` with everything that {@link checkPublisherUrl} finds
 */
export function createPublisher(
  url: string,
  settings: PublisherSettings,
  factories: readonly PublisherFactory[] = publisherFactories,
): Publisher {
  const problems = checkPublisherUrl(url, factories, settings);
  const factory = publisherFactoryOf(url, factories);
  if (problems.length > 0 || factory === undefined) {
    throw new PublisherError('bad_url', `the publisher ${withoutSecrets(url)} cannot be made: ${problems.join('; ')}`);
  }
  return factory.create(url, settings);
}

/** Without user and password, which may have any character, and without the query, which may have a token. */
function withoutSecrets(url: string): string {
  return url.replace(/^([^/]*\/\/)?.*@/s, '$1').replace(/[?#].*$/s, '');
}
