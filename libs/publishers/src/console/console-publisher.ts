import type { Publisher, PublisherFactory, PublisherSettings } from '@nephometer/plugin';
import { sampleToJson } from '@nephometer/sample';
import type { Sample } from '@nephometer/sample';
import { PublisherError } from '../publisher-error.ts';
import { checkOptionNames, optionOf, parsePublisherUrl } from '../publisher-url.ts';
import { createTable } from './table.ts';
import { writeText } from './write-text.ts';

/** Samples in one write: enough to be quick, few enough to wait for the reader and to heed an abort between them. */
const samplesPerWrite = 500;

function createConsolePublisher(json: boolean, { stdout }: PublisherSettings): Publisher {
  const table = createTable();
  const encode = json
    ? (samples: readonly Sample[]): string => samples.map((sample) => `${sampleToJson(sample)}\n`).join('')
    : (samples: readonly Sample[]): string => table.lines(samples);
  // Each write learns of its error by itself; without a listener a stream's error would end the process.
  const ignore = (): void => {};
  let closed = false;
  stdout.on('error', ignore);
  return {
    async publish(samples, signal) {
      if (closed) throw new PublisherError('closed', 'the console publisher is closed');
      for (let start = 0; start < samples.length; start += samplesPerWrite) {
        await writeText(stdout, encode(samples.slice(start, start + samplesPerWrite)), signal);
      }
      return [];
    },
    async close() {
      closed = true;
      stdout.removeListener('error', ignore);
    },
  };
}

/** `console://` and `console://?json` */
export const consolePublisherFactory: PublisherFactory = {
  scheme: 'console',
  delivery: { queue: 'memory', batchDelayMs: 0 },
  validate(url) {
    const parts = parsePublisherUrl(url);
    if (!parts) return [`"${url}" is not a URL; write console:// or console://?json`];
    const problems = [...checkOptionNames(parts, ['json'])];
    if (parts.authority !== '' || parts.path !== '') {
      problems.unshift('it has no host and no path; write console:// or console://?json');
    }
    return problems;
  },
  create(url, settings) {
    const parts = parsePublisherUrl(url);
    return createConsolePublisher(parts !== undefined && optionOf(parts, 'json') !== undefined, settings);
  },
};
