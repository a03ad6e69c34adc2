import { randomBytes, randomInt } from 'node:crypto';
import { createSampleIds } from '@nephometer/sample';

/** A generator of sample ids that no other process has, nor this one after a restart. */
export function createRandomSampleIds(): () => string {
  const node = BigInt(`0x${randomBytes(6).toString('hex')}`) | 0x0100_0000_0000n;
  return createSampleIds({ epochMs: Date.now(), node, clockSequence: randomInt(0x4000) });
}
