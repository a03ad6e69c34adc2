import { randomBytes, randomInt } from 'node:crypto';
import type { TransformerFactory } from '@nephometer/plugin';
import { createSampleIds } from '@nephometer/sample';
import { accumulator } from './accumulator.ts';
import { aggregator } from './aggregator.ts';
import { arithmetic } from './arithmetic.ts';
import { delta } from './delta.ts';
import { createFactory } from './factory.ts';
import type { TransformerSettings } from './factory.ts';
import { rateOfChange } from './rate-of-change.ts';
import { unitConversion } from './unit-conversion.ts';

/**
 * The transformers of Ceilometer as it was until 2018.
 *
 * A transformer keeps at most `stateLimit` entries (default 500,000: one for each meter and resource it has seen); then
 * those go that were not used for the longest time, counted. What was not used for `stateAgeMs` (default two days) goes as
 * well. Ids default to those of a generator of their own, the time to that of this machine.
 */
export function createTransformerFactories(settings: Partial<TransformerSettings> = {}): readonly TransformerFactory[] {
  const complete: TransformerSettings = {
    nextId: createOwnIds(),
    now: Date.now,
    stateLimit: 500_000,
    stateAgeMs: 2 * 24 * 3_600_000,
    ...settings,
  };
  return [
    createFactory(accumulator, complete),
    createFactory(aggregator, complete),
    createFactory(arithmetic, complete),
    createFactory(delta, complete),
    createFactory(rateOfChange, complete),
    createFactory(unitConversion, complete),
  ];
}

/** {@link createTransformerFactories} with the defaults. */
export const transformerFactories: readonly TransformerFactory[] = createTransformerFactories();

/** Ids of samples, from the time of the first one on. */
function createOwnIds(): () => string {
  let nextId: (() => string) | undefined;
  return () => {
    // The bit says that the node is a random one and no network card (RFC 9562 §6.10).
    const node = (): bigint => BigInt(`0x${randomBytes(6).toString('hex')}`) | 0x0100_0000_0000n;
    nextId ??= createSampleIds({ epochMs: Date.now(), node: node(), clockSequence: randomInt(0x4000) });
    return nextId();
  };
}
