/**
 * Frames of libvirt's RPC as the protocol text (`src/rpc/virnetprotocol.x` of libvirt) has them, written by hand: these tests
 * must not believe in the code they test.
 */

const HEADER_BYTES = 28;
const REMOTE_PROGRAM = 0x20008086;

/** Procedure numbers of the `remote` program that these tests answer or change (`src/remote/remote_protocol.x`). */
export const procedures = { open: 1, getType: 3, getHostname: 59, authList: 66, getLibVersion: 157, allStats: 344 };

/** What a frame says of itself, besides its length. */
export interface FrameFields {
  readonly program?: number;
  readonly procedure: number;
  /** 0 call, 1 reply, 2 message. */
  readonly type: number;
  readonly serial: number;
}

/** A whole frame of version 1 with status 0. */
export function frame(fields: FrameFields, body: Buffer = Buffer.alloc(0)): Buffer {
  const { program = REMOTE_PROGRAM, procedure, type, serial } = fields;
  const header = Buffer.alloc(HEADER_BYTES);
  const words = [HEADER_BYTES + body.length, program, 1, procedure, type, serial, 0];
  for (const [index, word] of words.entries()) header.writeUInt32BE(word >>> 0, index * 4);
  return Buffer.concat([header, body]);
}

/** Procedure, type and serial of a whole frame. */
export function fieldsOf(whole: Buffer): FrameFields {
  return { procedure: whole.readInt32BE(12), type: whole.readInt32BE(16), serial: whole.readUInt32BE(20) };
}

/** A 32-bit number. */
export function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value >>> 0);
  return bytes;
}

/** A 64-bit number. */
export const uint64 = (value: bigint): Buffer => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(value);
  return bytes;
};

/** A string: its length, its bytes, zeros up to a multiple of four. */
export function string(text: string): Buffer {
  const bytes = Buffer.from(text);
  return Buffer.concat([uint32(bytes.length), bytes, Buffer.alloc((4 - (bytes.length % 4)) % 4)]);
}

/** Cuts a stream of bytes into whole frames; what is left over waits for the next chunk. */
export function createSplitter(): (chunk: Buffer) => Buffer[] {
  let rest = Buffer.alloc(0);
  return (chunk) => {
    rest = Buffer.concat([rest, chunk]);
    const frames: Buffer[] = [];
    while (rest.length >= 4 && rest.length >= rest.readUInt32BE(0)) {
      const length = rest.readUInt32BE(0);
      frames.push(rest.subarray(0, length));
      rest = rest.subarray(length);
    }
    return frames;
  };
}
