import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { createScramServer } from './scram-server.ts';
import type { ScramServer } from './scram-server.ts';

/** Who is let through, and how. */
export interface KafkaGateOptions {
  /** PEM texts. With `clientCa` only clients are let in that show a certificate of that authority. Default: no TLS. */
  readonly tls?: { readonly cert: string; readonly key: string; readonly clientCa?: string };
  /** The one user and the kinds of password that are taken. Default: nobody is asked. */
  readonly sasl?: { readonly mechanisms: readonly string[]; readonly user: string; readonly password: string };
}

/** What stands before a broker that knows neither TLS nor users. Disposing ends it. */
export interface KafkaGate extends AsyncDisposable {
  /** `127.0.0.1:PORT`; the broker's answers say so, too, so that nobody goes around it. */
  readonly address: string;
  /** Clients that were let in so far. */
  readonly admitted: number;
}

// API keys and error codes of the protocol.
const saslHandshake = 17;
const apiVersions = 18;
const saslAuthenticate = 36;
const unsupportedMechanism = 33;
const authenticationFailed = 58;

/** Starts a gate before the broker at `127.0.0.1:PORT`. It speaks as much of the protocol as it takes to let somebody in. */
export async function startKafkaGate(broker: string, { tls, sasl }: KafkaGateOptions): Promise<KafkaGate> {
  const sockets = new Set<Socket>();
  const brokerPort = Number(broker.split(':')[1]);
  let admitted = 0;
  let port = 0;

  const accept = (client: Socket): void => {
    const upstream = connect(brokerPort, '127.0.0.1');
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.once('close', () => {
        sockets.delete(socket);
        client.destroy();
        upstream.destroy();
      });
    }
    let isAdmitted = sasl === undefined;
    if (isAdmitted) admitted += 1;
    let mechanism = '';
    let scram: ScramServer | undefined;

    const authenticate = (message: Buffer): Buffer => {
      const [, user, password] = message.toString().split('\0');
      if (mechanism === 'PLAIN') isAdmitted = user === sasl?.user && password === sasl?.password;
      const answer = mechanism === 'PLAIN' ? '' : scram?.answer(message.toString());
      isAdmitted ||= scram?.isProved ?? false;
      if (isAdmitted) admitted += 1;
      if (answer !== undefined && (isAdmitted || mechanism !== 'PLAIN')) return authenticateAnswer(0, answer);
      return authenticateAnswer(authenticationFailed, '');
    };
    onFrames(client, (frame) => {
      const api = frame.readInt16BE(4);
      if (isAdmitted || api === apiVersions) {
        upstream.write(frame);
        return;
      }
      const correlation = frame.subarray(8, 12);
      // After the client's name, which precedes every request.
      const body = frame.subarray(14 + Math.max(frame.readInt16BE(12), 0));
      if (api === saslHandshake) {
        mechanism = body.toString('utf8', 2, 2 + body.readInt16BE(0));
        const isKnown = sasl?.mechanisms.includes(mechanism) ?? false;
        if (mechanism !== 'PLAIN' && sasl) {
          scram = createScramServer(mechanism.endsWith('512') ? 'sha512' : 'sha256', sasl.user, sasl.password);
        }
        const names = (sasl?.mechanisms ?? []).map((name) => Buffer.concat([int16(name.length), Buffer.from(name)]));
        client.write(framed(correlation, int16(isKnown ? 0 : unsupportedMechanism), int32(names.length), ...names));
      } else if (api === saslAuthenticate) {
        // Version 2: flexible, with a byte of tags after the header and lengths as unsigned varints plus one.
        const { value: length, next } = varint(body, 1);
        client.write(framed(correlation, Buffer.of(0), authenticate(body.subarray(next, next + length - 1))));
      } else {
        client.destroy();
      }
    });
    onFrames(upstream, (frame) => client.write(renamed(frame, brokerPort, port)));
  };
  const { clientCa, ...identity } = tls ?? {};
  const access = clientCa === undefined ? {} : { ca: clientCa, requestCert: true, rejectUnauthorized: true };
  const server: Server = tls ? createTlsServer({ ...identity, ...access }, accept) : createServer(accept);
  server.on('tlsClientError', () => undefined);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  ({ port } = server.address() as AddressInfo);
  return {
    address: `127.0.0.1:${port}`,
    get admitted() {
      return admitted;
    },
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

/** Calls `take` with each whole frame, its length included. */
function onFrames(socket: Socket, take: (frame: Buffer) => void): void {
  let rest = Buffer.alloc(0);
  socket.on('data', (chunk: Buffer) => {
    rest = Buffer.concat([rest, chunk]);
    while (rest.length >= 4 && rest.length >= 4 + rest.readInt32BE(0)) {
      const end = 4 + rest.readInt32BE(0);
      take(rest.subarray(0, end));
      rest = rest.subarray(end);
    }
  });
}

/** The frame with another port wherever it names one of the broker's. */
function renamed(frame: Buffer, from: number, to: number): Buffer {
  const host = Buffer.from('127.0.0.1');
  const named = Buffer.concat([host, int32(from)]);
  const copy = Buffer.from(frame);
  for (let at = copy.indexOf(named); at !== -1; at = copy.indexOf(named, at + 1)) {
    copy.writeInt32BE(to, at + host.length);
  }
  return copy;
}

/** Of version 2: error, no words, the server's message, no end of the session, no tags. */
function authenticateAnswer(error: number, message: string): Buffer {
  const bytes = Buffer.from(message);
  return Buffer.concat([
    int16(error),
    Buffer.of(0),
    unsignedVarint(bytes.length + 1),
    bytes,
    Buffer.alloc(8),
    Buffer.of(0),
  ]);
}

function framed(...parts: readonly Buffer[]): Buffer {
  const whole = Buffer.concat(parts);
  return Buffer.concat([int32(whole.length), whole]);
}

function int16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeInt16BE(value);
  return bytes;
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}

function unsignedVarint(value: number): Buffer {
  return value < 128 ? Buffer.of(value) : Buffer.of((value & 127) | 128, value >> 7);
}

function varint(bytes: Buffer, from: number): { readonly value: number; readonly next: number } {
  const low = bytes[from] ?? 0;
  return low < 128
    ? { value: low, next: from + 1 }
    : { value: (low & 127) | ((bytes[from + 1] ?? 0) << 7), next: from + 2 };
}
