import { Buffer } from 'node:buffer';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from '../connect.ts';
import type { ConnectOptions } from '../connect.ts';
import type { Connection } from '../connection.ts';
import { createFrameSplitter } from '../wire/frame-splitter.ts';
import { FrameType, headerBytes, keepaliveProgram, parseHeader, remoteProgram, writeHeader } from '../wire/frame.ts';
import type { FrameHeader } from '../wire/frame.ts';
import { admin, remote } from '../wire/procedures.ts';
import type { AdminProcedureName, ProcedureName } from '../wire/procedures.ts';
import { XdrWriter } from '../xdr/writer.ts';

type WriteBody = (writer: XdrWriter) => unknown;

/** A call as the daemon received it, and the ways to answer it. */
export interface ReceivedCall {
  readonly frame: Buffer;
  readonly header: FrameHeader;
  reply(write?: WriteBody): void;
  fail(code: number, message: string): void;
  /** Answers with a recorded frame, under this call's serial. */
  replay(frame: Buffer): void;
  /** Sends something to the client that called, whatever it is. */
  send(bytes: Uint8Array): void;
  sendEvent(procedure: number, write: WriteBody): void;
  /** Reads nothing more from the client. */
  stopReading(): void;
  /** Ends the client's connection. */
  hangUp(): void;
  /** Resolves when the client's connection has ended, whoever ended it. */
  readonly ended: Promise<void>;
}

export interface ScriptedDaemonOptions {
  /** Answer AUTH_LIST and CONNECT_OPEN by itself; default true. */
  readonly handshake?: boolean;
  /** Answer PINGs by itself; default true. */
  readonly pongs?: boolean;
  /** The socket's file name; default `libvirt-sock`. */
  readonly socketName?: string;
}

/** A peer for tests of what no real daemon does: the test takes each call and says what becomes of it. */
export interface ScriptedDaemon extends AsyncDisposable {
  readonly socketPath: string;
  /** The next call of this kind that nobody has taken yet. */
  next(kind: ProcedureName | AdminProcedureName | 'PING' | 'PONG'): Promise<ReceivedCall>;
  connect(options?: Partial<ConnectOptions>): Promise<Connection>;
}

/** Whole frame of an answer, event or anything else. */
export function makeFrame(header: Partial<FrameHeader>, write: WriteBody = () => undefined): Buffer {
  const writer = new XdrWriter(headerBytes);
  write(writer);
  const frame = Buffer.from(writer.finish());
  writeHeader(frame, {
    program: remoteProgram,
    version: 1,
    procedure: 0,
    type: FrameType.REPLY,
    serial: 0,
    status: 0,
    ...header,
  });
  return frame;
}

/** The body of an error answer. */
export function writeError(writer: XdrWriter, code: number, domain: number, message: string): void {
  writer.int32(code).int32(domain).optionalString(message).int32(2).uint32(0);
  writer.optionalString('%s').optionalString(message).uint32(0).int32(-1).int32(-1).uint32(0);
}

export async function startScriptedDaemon(options: ScriptedDaemonOptions = {}): Promise<ScriptedDaemon> {
  const { handshake = true, pongs = true, socketName = 'libvirt-sock' } = options;
  const directory = await mkdtemp(join(tmpdir(), 'lv-'));
  const socketPath = join(directory, socketName);
  const calls = new Map<string, ReceivedCall[]>();
  const waiters = new Map<string, ((call: ReceivedCall) => void)[]>();
  const sockets = new Set<Socket>();

  const arrive = (kind: string, call: ReceivedCall): void => {
    if (handshake && kind === 'AUTH_LIST') return call.reply((writer) => writer.uint32(1).int32(0));
    if (handshake && kind === 'CONNECT_OPEN') return call.reply();
    if (pongs && kind === 'PING') return call.send(keepaliveFrame(2));
    const waiter = waiters.get(kind)?.shift();
    if (waiter !== undefined) waiter(call);
    else calls.set(kind, [...(calls.get(kind) ?? []), call]);
  };

  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
    const ended = new Promise<void>((resolve) => socket.on('close', () => resolve()));
    const splitter = createFrameSplitter();
    socket.on('data', (chunk: Buffer) =>
      splitter.push(chunk, (bytes) => {
        const frame = Buffer.from(bytes);
        arrive(kindOf(parseHeader(frame)), receivedCall(frame, socket, ended));
      }),
    );
  });
  await new Promise<void>((resolve) => server.listen(socketPath, resolve));

  return {
    socketPath,
    next: (kind) =>
      new Promise((resolve) => {
        const call = calls.get(kind)?.shift();
        if (call !== undefined) resolve(call);
        else waiters.set(kind, [...(waiters.get(kind) ?? []), resolve]);
      }),
    connect: (extra) => connect({ uri: 'test:///default', socketPath, keepalive: false, ...extra }),
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
      await rm(directory, { recursive: true, force: true });
    },
  };
}

function receivedCall(frame: Buffer, socket: Socket, ended: Promise<void>): ReceivedCall {
  const header = parseHeader(frame);
  const { program, procedure, serial } = header;
  const send = (bytes: Uint8Array): void => void socket.write(bytes);
  return {
    frame,
    header,
    send,
    ended,
    reply: (write) => send(makeFrame({ program, procedure, serial }, write)),
    fail: (code, message) =>
      send(makeFrame({ program, procedure, serial, status: 1 }, (writer) => writeError(writer, code, 10, message))),
    replay: (recorded) => {
      const copy = Buffer.from(recorded);
      copy.writeUInt32BE(serial, 20);
      send(copy);
    },
    sendEvent: (event, write) => send(makeFrame({ procedure: event, type: FrameType.MESSAGE, serial: 1 }, write)),
    stopReading: () => void socket.pause(),
    hangUp: () => void socket.end(),
  };
}

export function keepaliveFrame(procedure: number): Buffer {
  return makeFrame({ program: keepaliveProgram, procedure, type: FrameType.MESSAGE });
}

function kindOf({ program, procedure }: FrameHeader): string {
  if (program === keepaliveProgram) return procedure === 1 ? 'PING' : 'PONG';
  const { procedures } = program === admin.number ? admin : remote;
  return Object.entries(procedures).find(([, number]) => number === procedure)?.[0] ?? `procedure ${procedure}`;
}
