// As much of protobuf's wire format as requests of remote write and OTLP need. A general writer allocates for each message; here the
// lengths are known beforehand, so that a request is one buffer, written once.

/** How many bytes a whole number from 0 to 2^53 takes. */
export function varintLength(value: number): number {
  let length = 1;
  for (let rest = value; rest >= 128; rest = Math.floor(rest / 128)) length += 1;
  return length;
}

/** Writes a whole number from 0 to 2^53 and returns where it ends. */
export function writeVarint(target: Uint8Array, offset: number, value: number): number {
  let rest = value;
  let end = offset;
  // Bit operations reach to 2^31 only.
  for (; rest >= 2 ** 28; rest = Math.floor(rest / 128)) target[end++] = (rest % 128) | 128;
  let small = rest;
  for (; small >= 128; small >>>= 7) target[end++] = (small & 127) | 128;
  target[end++] = small;
  return end;
}

/** How many bytes a field takes whose value has a length: its tag, the length and the value. Numbers of fields up to 15. */
export function fieldLength(valueLength: number): number {
  return 1 + varintLength(valueLength) + valueLength;
}

/** Writes the tag and the length of such a field and returns where its value begins. */
export function writeFieldHead(target: Uint8Array, offset: number, field: number, valueLength: number): number {
  target[offset] = (field << 3) | 2;
  return writeVarint(target, offset + 1, valueLength);
}

/** A field with a value. */
export function encodeField(field: number, value: Uint8Array): Uint8Array {
  const encoded = new Uint8Array(fieldLength(value.length));
  encoded.set(value, writeFieldHead(encoded, 0, field, value.length));
  return encoded;
}

/** A field with a text. */
export function encodeText(field: number, text: string): Uint8Array {
  return encodeField(field, Buffer.from(text));
}
