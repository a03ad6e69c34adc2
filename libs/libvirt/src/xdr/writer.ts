import { Buffer } from 'node:buffer';
import { LibvirtError } from '../error.ts';
import { maxStringBytes } from './reader.ts';

const uuidPattern = /^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i;

/**
 * Writes XDR (RFC 4506) as far as libvirt uses it, into a buffer that grows. A value that does not fit its type throws a
 * {@link LibvirtError} `invalid-argument`.
 */
export class XdrWriter {
  #bytes = Buffer.alloc(256);
  #length = 0;

  /** Starts with `reserve` zero bytes, for a header to be filled in later. */
  constructor(reserve = 0) {
    this.#claim(reserve);
  }

  int32(value: number): this {
    requireInteger(value, -0x80000000, 0x7fffffff);
    const start = this.#claim(4);
    this.#bytes.writeInt32BE(value, start);
    return this;
  }

  uint32(value: number): this {
    requireInteger(value, 0, 0xffffffff);
    const start = this.#claim(4);
    this.#bytes.writeUInt32BE(value, start);
    return this;
  }

  /** XDR `hyper`. */
  int64(value: bigint): this {
    if (BigInt.asIntN(64, value) !== value) throw invalid(`${value} does not fit into 64 bits`);
    const start = this.#claim(8);
    this.#bytes.writeBigInt64BE(value, start);
    return this;
  }

  /** XDR `unsigned hyper`. */
  uint64(value: bigint): this {
    if (BigInt.asUintN(64, value) !== value) throw invalid(`${value} is not an unsigned 64-bit number`);
    const start = this.#claim(8);
    this.#bytes.writeBigUInt64BE(value, start);
    return this;
  }

  double(value: number): this {
    const start = this.#claim(8);
    this.#bytes.writeDoubleBE(value, start);
    return this;
  }

  string(text: string): this {
    return this.opaque(Buffer.from(text, 'utf8'));
  }

  /** A string that may be absent. */
  optionalString(text: string | undefined): this {
    return text === undefined ? this.uint32(0) : this.uint32(1).string(text);
  }

  /** A counted run of bytes. */
  opaque(bytes: Uint8Array): this {
    if (bytes.length > maxStringBytes) {
      throw invalid(`${bytes.length} bytes of text are over libvirt's limit of ${maxStringBytes}`);
    }
    this.uint32(bytes.length);
    const start = this.#claim((bytes.length + 3) & ~3);
    this.#bytes.set(bytes, start);
    return this;
  }

  /** A UUID given as text, with or without hyphens, in either case. */
  uuid(text: string): this {
    if (!uuidPattern.test(text)) throw invalid(`${JSON.stringify(text)} is not a UUID`);
    const start = this.#claim(16);
    this.#bytes.write(text.replaceAll('-', ''), start, 'hex');
    return this;
  }

  /** A counted list. */
  array<T>(items: readonly T[], maxItems: number, writeItem: (writer: XdrWriter, item: T) => void): this {
    if (items.length > maxItems) throw invalid(`a list of ${items.length} is over libvirt's limit of ${maxItems}`);
    this.uint32(items.length);
    for (const item of items) writeItem(this, item);
    return this;
  }

  /** What was written, without a copy; the writer must not be used afterwards. */
  finish(): Buffer {
    return this.#bytes.subarray(0, this.#length);
  }

  /** Makes room for `count` zero bytes and gives their offset. May replace the buffer, so it goes first. */
  #claim(count: number): number {
    const start = this.#length;
    this.#length += count;
    if (this.#length > this.#bytes.length) {
      const grown = Buffer.alloc(Math.max(this.#length, this.#bytes.length * 2));
      this.#bytes.copy(grown, 0, 0, start);
      this.#bytes = grown;
    }
    return start;
  }
}

function requireInteger(value: number, least: number, most: number): void {
  if (!Number.isInteger(value) || value < least || value > most) {
    throw invalid(`${value} is not a whole number from ${least} to ${most}`);
  }
}

function invalid(problem: string): LibvirtError {
  return new LibvirtError('invalid-argument', problem);
}
