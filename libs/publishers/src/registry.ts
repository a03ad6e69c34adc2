import type { Publisher, PublisherFactory, PublisherSettings } from '@nephometer/plugin';
import { consolePublisherFactory } from './console/console-publisher.ts';
import { filePublisherFactory } from './file/file-publisher.ts';
import { PublisherError } from './publisher-error.ts';
import { parsePublisherUrl } from './publisher-url.ts';
import { testPublisherFactory } from './test/test-publisher.ts';

/** All publishers of this package; their schemes are unique. */
export const publisherFactories: readonly PublisherFactory[] = [
  consolePublisherFactory,
  filePublisherFactory,
  testPublisherFactory,
];

/** What is wrong with a publisher's URL: every problem at once; none if {@link createPublisher} can make it. */
export function checkPublisherUrl(
  url: string,
  factories: readonly PublisherFactory[] = publisherFactories,
): readonly string[] {
  const scheme = parsePublisherUrl(url)?.scheme;
  if (scheme === undefined) return [`"${url}" is not a URL; one looks like file:///var/log/samples?json`];
  const factory = factories.find((candidate) => candidate.scheme === scheme);
  if (factory) return factory.validate(url);
  const known = factories.map((candidate) => candidate.scheme).sort();
  return [`there is no publisher for "${scheme}"; there are publishers for ${known.join(', ')}`];
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
  const problems = checkPublisherUrl(url, factories);
  const scheme = parsePublisherUrl(url)?.scheme;
  const factory = factories.find((candidate) => candidate.scheme === scheme);
  if (problems.length > 0 || factory === undefined) {
    throw new PublisherError('bad_url', `the publisher ${url} cannot be made: ${problems.join('; ')}`);
  }
  return factory.create(url, settings);
}
