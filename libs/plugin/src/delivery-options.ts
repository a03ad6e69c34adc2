/** How samples get from a queue to a publisher: the same for each of them, see `docs/delivery.md`. */
export interface DeliveryOptions {
  /** Where samples wait: `disk` outlives a restart and a crash, `memory` costs nothing. Default `disk`. */
  readonly queue: 'disk' | 'memory';
  /** How much may wait, in bytes as they are stored; then the oldest go. Default 1 GiB, in memory 32 MiB. */
  readonly queueBytes: number;
  /** How long a sample may wait, in milliseconds; then it goes. Default seven days. */
  readonly queueAgeMs: number;
  /** Most samples in one call of the publisher. Default 5,000. */
  readonly batchSize: number;
  /** Most bytes in one call of the publisher, by a rough estimate of the samples as JSON; one sample always goes. Default 4 MiB. */
  readonly batchBytes: number;
  /** How long samples wait for others to go with them, in milliseconds, if the batch is not full. Default 200. */
  readonly batchDelayMs: number;
  /** The wait after a first failure, in milliseconds; it doubles with each further one, by a random part less. Default 1,000. */
  readonly retryDelayMs: number;
  /** The longest of these waits, in milliseconds. Default 60,000. */
  readonly retryMaxDelayMs: number;
  /** How many calls of the publisher may be open at once; the samples of one resource stay in order. Default 1. */
  readonly concurrency: number;
  /** Most samples a second, in the long run. Default `Infinity`. */
  readonly rateLimit: number;
}
