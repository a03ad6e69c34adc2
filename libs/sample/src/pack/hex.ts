const digits = '0123456789abcdef';

// The value of each digit by its code; 16 for what is none. Upper case is none: it would come back as lower case.
const values = new Uint8Array(128).fill(16);
for (let value = 0; value < 16; value += 1) values[digits.charCodeAt(value)] = value;

/** The 32 bits that a text begins with in eight hex digits of lower case; -1 if it does not. */
export function leadingHex(text: string): number {
  if (text.length < 8) return -1;
  let bits = 0;
  for (let at = 0; at < 8; at += 1) {
    const value = values[text.charCodeAt(at)] ?? 16;
    if (value === 16) return -1;
    bits = (bits << 4) | value;
  }
  return bits >>> 0;
}

const pairs = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

/** A writer of eight hex digits that is quick for numbers which come one after the other. */
export function createHexWriter(): (bits: number) => string {
  let front = -1;
  let frontText = '';
  return (bits) => {
    if (bits >>> 8 !== front) {
      front = bits >>> 8;
      frontText = front.toString(16).padStart(6, '0');
    }
    return frontText + (pairs[bits & 0xff] ?? '');
  };
}
