import { createHash } from 'node:crypto';

/**
 * Numbers that look random and are a function of their arguments alone: the same seed, instance and purpose give the
 * same number in every process.
 */
export interface Chance {
  /** A number in [0, 1). */
  share(instance: number, purpose: string): number;
  /** A whole number from `from` up to and including `to`. */
  between(from: number, to: number, instance: number, purpose: string): number;
  /** A UUID, version 4 in form. */
  uuid(instance: number, purpose: string): string;
}

/** The numbers of one seed. */
export function createChance(seed: number): Chance {
  const share = (instance: number, purpose: string): number => mix(seed, instance, purpose) / 0x1_0000_0000;
  return {
    share,
    between: (from, to, instance, purpose) => from + Math.floor(share(instance, purpose) * (to - from + 1)),
    uuid(instance, purpose) {
      const hex = createHash('sha256').update(`${seed}/${instance}/${purpose}`).digest('hex');
      const variant = '89ab'[Number.parseInt(hex.charAt(16), 16) % 4];
      return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
    },
  };
}

/** FNV-1a over the purpose, then a finisher that spreads neighbouring instances over the whole range. */
function mix(seed: number, instance: number, purpose: string): number {
  let hash = 0x811c9dc5 ^ seed;
  for (let index = 0; index < purpose.length; index++) {
    hash = Math.imul(hash ^ purpose.charCodeAt(index), 0x01000193);
  }
  hash = Math.imul(hash ^ instance, 0x9e3779b1);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
