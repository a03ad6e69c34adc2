export { checkPublisherUrl, createPublisher, publisherFactories } from './registry.ts';
export { completePublisherUrl, parsePublisherUrl } from './publisher-url.ts';
export type { PublisherUrl } from './publisher-url.ts';
export { createTestPublisher, testPublisherLimit } from './test/test-publisher.ts';
export type { TestPublisher } from './test/test-publisher.ts';
export { PublisherError } from './publisher-error.ts';
export type { PublisherErrorCode } from './publisher-error.ts';
