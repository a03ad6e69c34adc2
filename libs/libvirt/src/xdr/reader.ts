import type { Buffer } from 'node:buffer';
import { LibvirtError } from '../error.ts';
import { createStringCache } from './string-cache.ts';
import type { StringCache } from './string-cache.ts';

/** The longest string libvirt puts into a message, in bytes. */
export const maxStringBytes = 4_194_304;

const noCache = createStringCache(1);

/**
 * Reads XDR (RFC 4506) from a received body, as far as libvirt uses it. Every read checks that its bytes are there and
 * throws a {@link LibvirtError} `protocol-error` if not, so that a hostile length cannot make it allocate or overrun.
 * What it returns are copies: the buffer may be reused afterwards.
 */
export class XdrReader {
  readonly #bytes: Buffer;
  readonly #view: DataView;
  readonly #names: StringCache;
  #offset: number;

  /** `names` is consulted by {@link XdrReader.cachedString}; without it nothing is shared. */
  constructor(bytes: Buffer, offset = 0, names: StringCache = noCache) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#offset = offset;
    this.#names = names;
  }

  /** Bytes that have not been read. */
  get remaining(): number {
    return this.#bytes.length - this.#offset;
  }

  int32(): number {
    return this.#view.getInt32(this.#advance(4));
  }

  uint32(): number {
    return this.#view.getUint32(this.#advance(4));
  }

  /** XDR `hyper`. */
  int64(): bigint {
    return this.#view.getBigInt64(this.#advance(8));
  }

  /** XDR `unsigned hyper`. */
  uint64(): bigint {
    return this.#view.getBigUint64(this.#advance(8));
  }

  double(): number {
    return this.#view.getFloat64(this.#advance(8));
  }

  /** A 32-bit truth value; anything but 0 is true. */
  boolean(): boolean {
    return this.int32() !== 0;
  }

  /** A counted UTF-8 string. Bytes that are not UTF-8 become U+FFFD. */
  string(): string {
    const length = this.#length(maxStringBytes, 'string');
    const start = this.#advance(padded(length));
    return this.#bytes.toString('utf8', start, start + length);
  }

  /** Like {@link XdrReader.string}, for texts that come again and again, such as the names of statistics. */
  cachedString(): string {
    const length = this.#length(maxStringBytes, 'string');
    const start = this.#advance(padded(length));
    return this.#names(this.#bytes, start, start + length);
  }

  /** A string that may be absent. */
  optionalString(): string | undefined {
    return this.isPresent() ? this.string() : undefined;
  }

  /** The flag in front of an optional value: whether the value follows. */
  isPresent(): boolean {
    const flag = this.uint32();
    if (flag > 1) throw this.#malformed(`an optional value has the flag ${flag}, not 0 or 1`);
    return flag === 1;
  }

  /** A UUID: 16 bytes as canonical lower-case text. */
  uuid(): string {
    const start = this.#advance(16);
    const hex = this.#bytes.toString('hex', start, start + 16);
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
  }

  /** A counted run of bytes, copied. */
  opaque(maxBytes: number): Uint8Array {
    const length = this.#length(maxBytes, 'run of bytes');
    const start = this.#advance(padded(length));
    return Uint8Array.from(this.#bytes.subarray(start, start + length));
  }

  /** A counted list; `minItemBytes` is the least an item can take, so that a false count is found before any work. */
  array<T>(maxItems: number, minItemBytes: number, readItem: (reader: XdrReader) => T): T[] {
    const count = this.uint32();
    if (count > maxItems) throw this.#malformed(`a list has ${count} items, more than the limit of ${maxItems}`);
    if (count * minItemBytes > this.remaining) {
      throw this.#malformed(`a list claims ${count} items, but only ${this.remaining} bytes follow`);
    }
    const items: T[] = [];
    for (let index = 0; index < count; index++) items.push(readItem(this));
    return items;
  }

  #length(limit: number, what: string): number {
    const length = this.uint32();
    if (length > limit) throw this.#malformed(`a ${what} is ${length} bytes long, over the limit of ${limit}`);
    return length;
  }

  #advance(count: number): number {
    const start = this.#offset;
    if (count > this.#bytes.length - start) {
      throw this.#malformed(`${count} bytes are expected, but only ${this.remaining} follow`);
    }
    this.#offset = start + count;
    return start;
  }

  #malformed(problem: string): LibvirtError {
    return new LibvirtError('protocol-error', `at byte ${this.#offset} of the frame, ${problem}`);
  }
}

function padded(length: number): number {
  return (length + 3) & ~3;
}
