import type { Publisher, PublisherFactory, PublisherSettings, Refusal } from '@nephometer/plugin';
import type { Sample } from '@nephometer/sample';
import { hostPortText } from '../host-port.ts';
import { createMessageSigner } from '../message/message-signer.ts';
import { meteringMessage } from '../message/metering-message.ts';
import { packMessage } from '../message/pack-message.ts';
import { PublisherError } from '../publisher-error.ts';
import { createDatagramSender, largestDatagram } from './datagram-sender.ts';
import { parseUdpUrl } from './udp-options.ts';
import type { UdpOptions } from './udp-options.ts';

/** The datagrams of a batch, and what is too large for one. */
interface Packed {
  readonly datagrams: readonly Buffer[];
  readonly refusals: readonly Refusal[];
  /** Place in the batch of the first sample that is too large; the size of the batch if there is none. */
  readonly firstRefused: number;
}

/** Sends each sample in a datagram of its own, and takes what the kernel has accepted as delivered. */
function createUdpPublisher({ at }: UdpOptions, { telemetrySecret, compat }: PublisherSettings): Publisher {
  const target = `udp://${hostPortText(at)}`;
  const signer = createMessageSigner({ secret: telemetrySecret, compat });
  const sender = createDatagramSender(at);
  let closed = false;

  function pack(samples: readonly Sample[]): Packed {
    const datagrams: Buffer[] = [];
    let tooLarge = 0;
    let example = '';
    let firstRefused = samples.length;
    for (const [index, sample] of samples.entries()) {
      const datagram = packMessage(signer.sign(meteringMessage(sample, { compat })));
      if (datagram.length <= largestDatagram) {
        datagrams.push(datagram);
        continue;
      }
      if (tooLarge === 0) {
        firstRefused = index;
        example = `${sample.name} of ${sample.resourceId} takes ${datagram.length}`;
      }
      tooLarge += 1;
    }
    const reason = `a datagram holds at most ${largestDatagram} bytes, and ${example}`;
    const refusals = tooLarge === 0 ? [] : [{ samples: tooLarge, reason }];
    return { datagrams, refusals, firstRefused };
  }

  return {
    async publish(samples, signal) {
      signal.throwIfAborted();
      if (closed) throw new PublisherError('closed', `the publisher to ${target} is closed`);
      const { datagrams, refusals, firstRefused } = pack(samples);
      const { sent, error } = await sender.send(datagrams, signal);
      // A failure tells of no refusals: the samples from the first refused one on come again.
      if (error)
        throw new PublisherError(error.code, error.message, { cause: error.cause, done: Math.min(sent, firstRefused) });
      return refusals;
    },
    async close() {
      closed = true;
      await sender.close();
    },
  };
}

/** `udp://host[:port]` */
export const udpPublisherFactory: PublisherFactory = {
  scheme: 'udp',
  validate(url) {
    const parsed = parseUdpUrl(url);
    return parsed.ok ? [] : parsed.problems;
  },
  create(url, settings) {
    const parsed = parseUdpUrl(url);
    if (!parsed.ok)
      throw new PublisherError('bad_url', `the URL is not a target of UDP: ${parsed.problems.join('; ')}`);
    return createUdpPublisher(parsed.options, settings);
  },
};
