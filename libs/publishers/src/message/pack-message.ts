import type { Metadata, MetadataValue } from '@nephometer/sample';
import type { MeteringMessage, SignedMessage } from './metering-message.ts';
import { PythonFloat } from './python-value.ts';

/** What a message is made of. */
type Packable = MetadataValue | PythonFloat;

/**
 * A message in MessagePack, as Python's `msgpack.dumps(message, use_bin_type=True)` packs Ceilometer's: a map whose keys stand
 * in the order of the object, numbers without a fraction in the fewest bytes, every `float` in eight. The format is that of
 * https://github.com/msgpack/msgpack/blob/master/spec.md; the package for it in JavaScript cannot pack a whole `float`.
 *
 * What Python refuses, a number without a fraction that 64 bits do not hold, is packed as a `float`.
 */
export function packMessage(message: MeteringMessage): Buffer {
  const fields: Partial<SignedMessage> = message;
  const names = (Object.keys(fields) as (keyof SignedMessage)[]).filter((name) => fields[name] !== undefined);
  length = 0;
  packHeader(names.length, mapForms);
  for (const name of names) {
    append(packedName(name));
    if (name === 'resource_metadata') append(packedMetadata(message.resource_metadata));
    else packValue(fields[name] ?? null);
  }
  return Buffer.from(bytes.subarray(0, length));
}

// Metadata is shared by all samples of a resource and dies with it: packed once.
const packedMetadatas = new WeakMap<Metadata, Buffer>();
const packedNames = new Map<keyof SignedMessage, Buffer>();

function packedMetadata(metadata: Metadata): Buffer {
  let packed = packedMetadatas.get(metadata);
  if (packed === undefined) {
    packed = packAside(metadata);
    packedMetadatas.set(metadata, packed);
  }
  return packed;
}

function packedName(name: keyof SignedMessage): Buffer {
  let packed = packedNames.get(name);
  if (packed === undefined) {
    packed = packAside(name);
    packedNames.set(name, packed);
  }
  return packed;
}

/** Packs behind what is there, and takes it away from there. */
function packAside(value: Packable): Buffer {
  const start = length;
  packValue(value);
  const packed = Buffer.from(bytes.subarray(start, length));
  length = start;
  return packed;
}

// One buffer for all messages: it only grows, and nothing of it is given away.
let bytes = Buffer.allocUnsafe(8192);
let length = 0;

/** Up to here a loop is faster than a call of Node's own code. */
const shortLength = 64;

/** Makes room for so many bytes more. */
function reserve(count: number): void {
  if (length + count <= bytes.length) return;
  const larger = Buffer.allocUnsafe(2 * (length + count));
  bytes.copy(larger, 0, 0, length);
  bytes = larger;
}

function append(packed: Buffer): void {
  reserve(packed.length);
  if (packed.length > shortLength) length += packed.copy(bytes, length);
  else for (const byte of packed) bytes[length++] = byte;
}

/** First bytes of a text, list or map: with its size in the byte itself up to `most`, else in 1, 2 or 4 bytes after it. */
interface HeaderForms {
  readonly fixed: number;
  readonly most: number;
  /** Lists and maps have none. */
  readonly one?: number;
  readonly two: number;
  readonly four: number;
}

const textForms: HeaderForms = { fixed: 0xa0, most: 31, one: 0xd9, two: 0xda, four: 0xdb };
const listForms: HeaderForms = { fixed: 0x90, most: 15, two: 0xdc, four: 0xdd };
const mapForms: HeaderForms = { fixed: 0x80, most: 15, two: 0xde, four: 0xdf };

function packHeader(size: number, forms: HeaderForms): void {
  reserve(5);
  if (size <= forms.most) {
    bytes[length++] = forms.fixed + size;
  } else if (size < 0x100 && forms.one !== undefined) {
    bytes[length++] = forms.one;
    bytes[length++] = size;
  } else if (size < 0x10000) {
    bytes[length++] = forms.two;
    length = bytes.writeUInt16BE(size, length);
  } else {
    bytes[length++] = forms.four;
    length = bytes.writeUInt32BE(size, length);
  }
}

function packValue(value: Packable): void {
  if (typeof value === 'string') packText(value);
  else if (typeof value === 'number') packNumber(value);
  else if (value === null) packByte(0xc0);
  else if (typeof value === 'boolean') packByte(value ? 0xc3 : 0xc2);
  else if (value instanceof PythonFloat) packFloat(value.value);
  else if (isList(value)) {
    packHeader(value.length, listForms);
    for (const item of value) packValue(item);
  } else {
    const entries = Object.entries(value);
    packHeader(entries.length, mapForms);
    for (const [key, entry] of entries) {
      packText(key);
      packValue(entry);
    }
  }
}

// `Array.isArray` does not tell a readonly list from the rest.
const isList: (value: MetadataValue) => value is readonly MetadataValue[] = Array.isArray;

function packText(text: string): void {
  if (text.length <= shortLength && packShortText(text)) return;
  const size = Buffer.byteLength(text, 'utf8');
  packHeader(size, textForms);
  reserve(size);
  length += bytes.write(text, length, 'utf8');
}

/** Packs a text that is ASCII; of any other one nothing stays, and the answer is false. */
function packShortText(text: string): boolean {
  const start = length;
  packHeader(text.length, textForms);
  reserve(text.length);
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index);
    if (unit > 0x7f) {
      length = start;
      return false;
    }
    bytes[length++] = unit;
  }
  return true;
}

function packByte(byte: number): void {
  reserve(1);
  bytes[length++] = byte;
}

function packFloat(value: number): void {
  packByte(0xcb);
  reserve(8);
  length = bytes.writeDoubleBE(value, length);
}

function packNumber(value: number): void {
  if (!Number.isInteger(value) || value >= 2 ** 64 || value < -(2 ** 63)) packFloat(value);
  else if (value >= 0) packNatural(value);
  else packNegative(value);
}

function packNatural(value: number): void {
  reserve(9);
  if (value >= 0x80)
    bytes[length++] = value < 0x100 ? 0xcc : value < 0x10000 ? 0xcd : value < 0x100000000 ? 0xce : 0xcf;
  if (value < 0x100) bytes[length++] = value;
  else if (value < 0x10000) length = bytes.writeUInt16BE(value, length);
  else if (value < 0x100000000) length = bytes.writeUInt32BE(value, length);
  else length = bytes.writeBigUInt64BE(BigInt(value), length);
}

function packNegative(value: number): void {
  reserve(9);
  if (value < -0x20)
    bytes[length++] = value >= -0x80 ? 0xd0 : value >= -0x8000 ? 0xd1 : value >= -0x80000000 ? 0xd2 : 0xd3;
  if (value >= -0x80) length = bytes.writeInt8(value, length);
  else if (value >= -0x8000) length = bytes.writeInt16BE(value, length);
  else if (value >= -0x80000000) length = bytes.writeInt32BE(value, length);
  else length = bytes.writeBigInt64BE(BigInt(value), length);
}
