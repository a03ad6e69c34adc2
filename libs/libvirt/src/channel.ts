import type { Buffer } from 'node:buffer';
import type { Socket } from 'node:net';
import { createCallTable } from './call-table.ts';
import type { CallTable } from './call-table.ts';
import type { CallOptions, Request } from './calls/call.ts';
import { LibvirtError } from './error.ts';
import { startKeepalive } from './keepalive.ts';
import type { Keepalive, KeepaliveOptions } from './keepalive.ts';
import { readDaemonError } from './wire/daemon-error.ts';
import { FrameStatus, FrameType, headerBytes, keepaliveProgram, maxFrameBytes, parseHeader } from './wire/frame.ts';
import { writeHeader } from './wire/frame.ts';
import type { FrameHeader } from './wire/frame.ts';
import { createFrameSplitter } from './wire/frame-splitter.ts';
import type { ProcedureName, Program } from './wire/procedures.ts';
import { createStringCache } from './xdr/string-cache.ts';
import { XdrReader } from './xdr/reader.ts';
import { XdrWriter } from './xdr/writer.ts';

/**
 * Why a frame was thrown away without harm: the answer of a call that was given up, an answer to no call, a program or
 * a kind of frame this client does not know, an event nobody waits for (or one over 64 KiB), a PING that could not be
 * answered because the daemon does not read.
 */
export type DropReason = 'late-reply' | 'unknown-serial' | 'unknown-program' | 'unexpected-type' | 'event' | 'ping';

export interface ChannelOptions<Name extends string = ProcedureName> {
  /** Frames of any other are dropped, keepalive apart. */
  readonly program: Program<Name>;
  readonly maxCallsInFlight: number;
  readonly maxQueuedCalls: number;
  readonly callTimeoutMs: number;
  readonly keepalive: KeepaliveOptions | false;
}

/** Takes an event's procedure and body; false if nobody waits for it. What it throws ends the connection. */
export type EventListener = (procedure: number, body: XdrReader) => boolean;

/** A daemon that does not take the answers to its own PINGs gets no more of them beyond this many waiting bytes. */
const maxUnsentPongBytes = 65_536;

/** No event comes near this; what is larger is dropped, so that a buffer of events is a bound in bytes, too. */
const maxEventBytes = 65_536;

const pingProcedure = 1;
const pongProcedure = 2;

/**
 * One connected socket that speaks the protocol: sends calls, gives answers to their callers and events to one listener,
 * answers PINGs, and ends exactly once, for everybody with the same error. It owns the socket.
 */
export class Channel<Name extends string = ProcedureName> {
  readonly socketPath: string;
  /** Resolves with the reason once the channel has ended. Never rejects. */
  readonly closed: Promise<LibvirtError>;
  /** Frames thrown away, by reason. */
  readonly dropped: Record<DropReason, number> = {
    'late-reply': 0,
    'unknown-serial': 0,
    'unknown-program': 0,
    'unexpected-type': 0,
    event: 0,
    ping: 0,
  };
  readonly #socket: Socket;
  readonly #program: Program<Name>;
  readonly #calls: CallTable;
  readonly #keepalive: Keepalive | undefined;
  readonly #names = createStringCache();
  readonly #resolveClosed: (reason: LibvirtError) => void;
  readonly #socketClosed: Promise<void>;
  #onEvent: EventListener = () => false;
  #ended = false;

  constructor(socket: Socket, socketPath: string, options: ChannelOptions<Name>) {
    this.#socket = socket;
    this.#program = options.program;
    this.socketPath = socketPath;
    const closed = Promise.withResolvers<LibvirtError>();
    this.closed = closed.promise;
    this.#resolveClosed = closed.resolve;
    this.#calls = createCallTable({
      maxInFlight: options.maxCallsInFlight,
      maxQueued: options.maxQueuedCalls,
      timeoutMs: options.callTimeoutMs,
      send: (frame) => void socket.write(frame),
    });
    this.#keepalive =
      options.keepalive === false
        ? undefined
        : startKeepalive(options.keepalive, {
            ping: () => void socket.write(keepaliveFrame(pingProcedure)),
            mayBeDeaf: () => this.outstanding >= options.maxCallsInFlight,
            onSilent: (silentMs) =>
              this.#end('connection-lost', `the daemon did not answer a keepalive PING for ${silentMs} ms`),
          });

    const splitter = createFrameSplitter();
    const onFrame = (frame: Buffer): void => {
      if (!this.#ended) this.#route(frame);
    };
    socket.on('data', (chunk: Buffer) => {
      if (this.#ended) return;
      this.#keepalive?.heard();
      try {
        splitter.push(chunk, onFrame);
      } catch (error) {
        if (!(error instanceof LibvirtError)) throw error;
        this.#end('protocol-error', error.message, error);
      }
    });
    socket.on('error', (error) => this.#end('connection-lost', error.message, error));
    socket.on('end', () => this.#end('connection-lost', 'the daemon closed the connection'));
    this.#socketClosed = new Promise((resolve) => {
      socket.on('close', () => {
        this.#end('connection-lost', 'the socket was closed');
        resolve();
      });
    });
  }

  get outstanding(): number {
    return this.#calls.outstanding;
  }

  get queued(): number {
    return this.#calls.queued;
  }

  /** The one that gets all events from now on. */
  listen(onEvent: EventListener): void {
    this.#onEvent = onEvent;
  }

  async call<T>(request: Request<T, Name>, options: CallOptions = {}): Promise<T> {
    const subject = request.subject === undefined ? '' : ` of ${request.subject}`;
    const context = `${request.procedure}${subject} at ${this.socketPath}`;
    const frame = encodeCall(this.#program, request, context);
    const accept = (reply: Buffer): T => this.#readReply(reply, request, context);
    return this.#calls.run({ frame, context, accept }, options);
  }

  /** Ends the channel with code `closed`; resolves when the socket is closed. Safe twice. */
  async close(): Promise<void> {
    this.#end('closed', 'the connection was closed on this side');
    await this.#socketClosed;
  }

  #route(frame: Buffer): void {
    const header = parseHeader(frame);
    if (header.version !== 1) return this.#drop('unknown-program');
    if (header.program === keepaliveProgram) return this.#handleKeepalive(header);
    if (header.program !== this.#program.number) return this.#drop('unknown-program');
    // The type decides before the serial does: events carry serial 1, which is also the serial of our first call.
    if (header.type === FrameType.MESSAGE) {
      if (frame.length > maxEventBytes) return this.#drop('event');
      const isWanted = this.#onEvent(header.procedure, new XdrReader(frame, headerBytes, this.#names));
      return isWanted ? undefined : this.#drop('event');
    }
    if (header.type !== FrameType.REPLY) return this.#drop('unexpected-type');
    const answered = this.#calls.answer(header.serial, frame);
    if (answered === 'late') this.#drop('late-reply');
    if (answered === 'unknown') this.#drop('unknown-serial');
  }

  #handleKeepalive(header: FrameHeader): void {
    if (header.type !== FrameType.MESSAGE) return this.#drop('unexpected-type');
    if (header.procedure !== pingProcedure) return;
    if (this.#socket.writableLength > maxUnsentPongBytes) return this.#drop('ping');
    this.#socket.write(keepaliveFrame(pongProcedure));
  }

  #readReply<T>(frame: Buffer, request: Request<T, Name>, context: string): T {
    try {
      const { procedure, status } = parseHeader(frame);
      if (procedure !== this.#program.procedures[request.procedure]) {
        throw new LibvirtError('protocol-error', `the reply is one of procedure ${procedure}`);
      }
      const reader = new XdrReader(frame, headerBytes, this.#names);
      if (status === FrameStatus.OK) return request.read(reader);
      if (status !== FrameStatus.ERROR) throw new LibvirtError('protocol-error', `the reply has the status ${status}`);
      throw LibvirtError.fromDaemon(readDaemonError(reader), context);
    } catch (error) {
      if (!(error instanceof LibvirtError) || error.code !== 'protocol-error') throw error;
      throw new LibvirtError('protocol-error', `${context}: ${error.message}`, { cause: error });
    }
  }

  #drop(reason: DropReason): void {
    this.dropped[reason]++;
  }

  #end(code: 'closed' | 'connection-lost' | 'protocol-error', why: string, cause?: unknown): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#keepalive?.stop();
    this.#socket.destroy();
    const error = new LibvirtError(code, `connection to ${this.socketPath}: ${why}`, { cause });
    this.#calls.fail(error);
    this.#resolveClosed(error);
  }
}

function encodeCall<T, Name extends string>(
  program: Program<Name>,
  request: Request<T, Name>,
  context: string,
): Buffer {
  const writer = new XdrWriter(headerBytes);
  try {
    request.write?.(writer);
  } catch (error) {
    if (!(error instanceof LibvirtError)) throw error;
    throw new LibvirtError(error.code, `${context}: ${error.message}`, { cause: error });
  }
  const frame = writer.finish();
  if (frame.length > maxFrameBytes) {
    throw new LibvirtError(
      'invalid-argument',
      `${context}: ${frame.length} bytes are over the limit of ${maxFrameBytes}`,
    );
  }
  const procedure = program.procedures[request.procedure];
  writeHeader(frame, { program: program.number, version: 1, procedure, type: FrameType.CALL, serial: 0, status: 0 });
  return frame;
}

/** The protocol wants keepalive as messages of serial 0; the daemon refuses a PING sent as a call. */
function keepaliveFrame(procedure: number): Buffer {
  const frame = new XdrWriter(headerBytes).finish();
  writeHeader(frame, {
    program: keepaliveProgram,
    version: 1,
    procedure,
    type: FrameType.MESSAGE,
    serial: 0,
    status: 0,
  });
  return frame;
}
