import type { Buffer } from 'node:buffer';
import { LibvirtError } from '../error.ts';

/*
 * A frame of libvirt's RPC protocol: seven 32-bit big-endian words, then the body. The words are the length of the whole
 * frame including itself, program, version, procedure, type, serial and status.
 */

/** Bytes in front of the body. */
export const headerBytes = 28;

/** The longest whole frame: 32 MiB and its length word. */
export const maxFrameBytes = 33_554_436;

/** The program of all hypervisor-neutral procedures. */
export const remoteProgram = 0x20008086;

/** The program of a daemon's admin socket. */
export const adminProgram = 0x06900690;

/** The program of PING and PONG: "keep" in ASCII. */
export const keepaliveProgram = 0x6b656570;

/** What a frame is. Streams and file descriptors do not occur with the procedures of this client. */
export const FrameType = { CALL: 0, REPLY: 1, MESSAGE: 2 } as const;

/** The outcome a reply reports; CONTINUE belongs to streams. */
export const FrameStatus = { OK: 0, ERROR: 1, CONTINUE: 2 } as const;

/** The words of a frame after its length. */
export interface FrameHeader {
  readonly program: number;
  readonly version: number;
  readonly procedure: number;
  readonly type: number;
  readonly serial: number;
  readonly status: number;
}

/** Reads the header of a whole frame; throws `protocol-error` when type or status is no value of the protocol. */
export function parseHeader(frame: Buffer): FrameHeader {
  const header = {
    program: frame.readUInt32BE(4),
    version: frame.readUInt32BE(8),
    procedure: frame.readInt32BE(12),
    type: frame.readInt32BE(16),
    serial: frame.readUInt32BE(20),
    status: frame.readInt32BE(24),
  };
  if (header.type < 0 || header.type > 6) throw malformed(`a frame has the unknown type ${header.type}`);
  if (header.status < 0 || header.status > 2) throw malformed(`a frame has the unknown status ${header.status}`);
  return header;
}

/** Fills in the header of a frame whose body starts at {@link headerBytes}; `bytes` is the whole frame. */
export function writeHeader(bytes: Buffer, header: FrameHeader): void {
  bytes.writeUInt32BE(bytes.length, 0);
  bytes.writeUInt32BE(header.program, 4);
  bytes.writeUInt32BE(header.version, 8);
  bytes.writeInt32BE(header.procedure, 12);
  bytes.writeInt32BE(header.type, 16);
  bytes.writeUInt32BE(header.serial, 20);
  bytes.writeInt32BE(header.status, 24);
}

/** Puts the serial, which is only known when a call leaves the queue, into a finished frame. */
export function writeSerial(bytes: Buffer, serial: number): void {
  bytes.writeUInt32BE(serial, 20);
}

/** Checks a length word; throws `protocol-error` when no frame can have it. */
export function checkFrameLength(length: number): void {
  if (length < headerBytes || length > maxFrameBytes) {
    throw malformed(`a frame claims ${length} bytes, allowed are ${headerBytes} to ${maxFrameBytes}`);
  }
}

function malformed(problem: string): LibvirtError {
  return new LibvirtError('protocol-error', problem);
}
