import { Buffer } from 'node:buffer';
import { checkFrameLength } from './frame.ts';

/** Cuts what a socket delivers into frames. */
export interface FrameSplitter {
  /**
   * Takes the next bytes, in any chunking, and hands over each frame that is whole by now, in order. A frame is only
   * valid during the call. Throws `protocol-error` on an impossible length; the splitter is unusable then.
   */
  push(chunk: Buffer, onFrame: (frame: Buffer) => void): void;
}

const lengthBytes = 4;

/**
 * A splitter keeps at most one unfinished frame, in a buffer that grows with the bytes that really came (never more than
 * twice as much), so that a claimed length alone costs nothing. Frames that lie within one chunk are not copied.
 */
export function createFrameSplitter(): FrameSplitter {
  let partial = Buffer.alloc(0);
  let filled = 0;

  /** Moves up to `wanted - filled` bytes of the chunk into the unfinished frame; gives how many it took. */
  const fill = (chunk: Buffer, start: number, wanted: number): number => {
    const taken = Math.min(wanted - filled, chunk.length - start);
    if (filled + taken > partial.length) {
      const grown = Buffer.allocUnsafeSlow(Math.min(wanted, Math.max(filled + taken, partial.length * 2)));
      partial.copy(grown, 0, 0, filled);
      partial = grown;
    }
    chunk.copy(partial, filled, start, start + taken);
    filled += taken;
    return taken;
  };

  return {
    push: (chunk, onFrame) => {
      let offset = 0;
      while (offset < chunk.length) {
        if (filled === 0 && chunk.length - offset >= lengthBytes) {
          const length = chunk.readUInt32BE(offset);
          checkFrameLength(length);
          if (chunk.length - offset >= length) {
            onFrame(chunk.subarray(offset, offset + length));
            offset += length;
            continue;
          }
        }
        if (filled < lengthBytes) {
          offset += fill(chunk, offset, lengthBytes);
          if (filled < lengthBytes) return;
        }
        const length = partial.readUInt32BE(0);
        checkFrameLength(length);
        offset += fill(chunk, offset, length);
        if (filled < length) return;
        const frame = partial.subarray(0, length);
        partial = Buffer.alloc(0);
        filled = 0;
        onFrame(frame);
      }
    },
  };
}
