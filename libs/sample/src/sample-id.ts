// 100 ns ticks between the start of the Gregorian calendar, where UUIDs of version 1 count from, and 1970.
const GREGORIAN_OFFSET = 0x01b21dd213814000n;

/** What {@link createSampleIds} counts from; tests hand in fixed values. */
export interface SampleIdSeed {
  /** Milliseconds since 1970. */
  readonly epochMs: number;
  /** 48 bits that name the maker; random is allowed (RFC 9562 §5.1). */
  readonly node: bigint;
  /** 14 bits that tell apart makers with the same node. */
  readonly clockSequence: number;
}

/**
 * A generator of sample ids: UUIDs of version 1 (RFC 9562 §5.1), as Ceilometer gives its samples. Each call moves the
 * time by one tick of 100 ns from the seed's time on, so ids rise and never repeat within a generator.
 */
export function createSampleIds({ epochMs, node, clockSequence }: SampleIdSeed): () => string {
  const tail =
    `${hex(0x8000 | (clockSequence & 0x3fff), 4)}-` + (node & 0xffffffffffffn).toString(16).padStart(12, '0');
  const start = BigInt(Math.round(epochMs * 1000)) * 10n + GREGORIAN_OFFSET;
  let low = Number(start & 0xffffffffn);
  let high = Number(start >> 32n);
  let middle = middlePart(high);
  return () => {
    const id = `${hex(low, 8)}-${middle}-${tail}`;
    low += 1;
    if (low > 0xffffffff) {
      low = 0;
      high += 1;
      middle = middlePart(high);
    }
    return id;
  };
}

/** `time_mid` and `time_hi_and_version`. */
function middlePart(high: number): string {
  return `${hex(high & 0xffff, 4)}-${hex(0x1000 | ((high >>> 16) & 0xfff), 4)}`;
}

function hex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, '0');
}
