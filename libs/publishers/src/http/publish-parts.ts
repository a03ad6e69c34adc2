import type { Refusal } from '@nephometer/plugin';
import type { Sample } from '@nephometer/sample';
import { PublisherError } from '../publisher-error.ts';

/** Samples of a batch that go in one request. */
export interface Part {
  /** Where the first of them stands in the batch. */
  readonly first: number;
  readonly samples: readonly Sample[];
}

/**
 * Sends a batch in several requests, one after the other, and keeps account of it: a part that is refused for ever does not keep
 * the others back; at the first other failure the rest stays unsent, and the error says how many samples from the beginning of
 * the batch are delivered. Refused ones are not among these: they come again, and are refused and counted then.
 *
 * @param parts by their `first`, ascending
 * @param send one request; rejects as a publisher does
 * @throws the abort reason, or the passing PublisherError of a part with `done`
 */
export async function publishParts(
  parts: Iterable<Part>,
  send: (part: Part) => Promise<readonly Refusal[]>,
): Promise<readonly Refusal[]> {
  const refusedByReason = new Map<string, number>();
  let firstRefused = Infinity;
  for (const part of parts) {
    const refusals = await send(part).catch((error: unknown) => {
      if (!(error instanceof PublisherError)) throw error;
      if (error.isPermanent) return [{ samples: part.samples.length, reason: error.message }];
      const { code, message, retryAfterMs } = error;
      throw new PublisherError(code, message, {
        cause: error,
        done: Math.min(part.first + error.done, firstRefused),
        ...(retryAfterMs !== undefined && { retryAfterMs }),
      });
    });
    if (refusals.length > 0) firstRefused = Math.min(firstRefused, part.first);
    for (const { samples, reason } of refusals) {
      refusedByReason.set(reason, (refusedByReason.get(reason) ?? 0) + samples);
    }
  }
  return [...refusedByReason].map(([reason, samples]) => ({ samples, reason }));
}
