/** Texts one behind the other, as UTF-8 in one buffer that grows: faster and smaller than one long text that is encoded in the end. */
export interface TextBuffer {
  /** How many bytes there are. */
  readonly bytes: number;
  append(text: string): void;
  /** The first so many bytes. They are those of the buffer itself: the next call of another method may change them. */
  first(bytes: number): Buffer;
  /** Removes the first so many bytes. */
  drop(bytes: number): void;
}

/** Most bytes that a unit of a text has in UTF-8. */
const bytesPerUnit = 3;

/** An empty {@link TextBuffer} with room for so many bytes; it makes itself more. */
export function createTextBuffer(room: number): TextBuffer {
  let buffer = Buffer.allocUnsafe(room);
  let bytes = 0;
  return {
    get bytes() {
      return bytes;
    },
    append(text) {
      const needed = bytes + text.length * bytesPerUnit;
      if (needed > buffer.length) {
        const larger = Buffer.allocUnsafe(2 * needed);
        buffer.copy(larger, 0, 0, bytes);
        buffer = larger;
      }
      bytes += buffer.write(text, bytes, 'utf8');
    },
    first: (count) => buffer.subarray(0, count),
    drop(count) {
      buffer.copyWithin(0, count, bytes);
      bytes -= count;
    },
  };
}
