import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { RequestListener, Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { createServer as createTcpServer } from 'node:net';
import type { AddressInfo, Server as TcpServer } from 'node:net';
import { Server as GrpcServer, ServerCredentials } from '@grpc/grpc-js';

// Receivers that read everything, look at nothing and say that all is well: `sink-main.ts CERT KEY`. Writes the ports it
// listens on as one line of JSON.

/** Where the ports are. */
export interface SinkPorts {
  readonly http: number;
  readonly https: number;
  readonly tcp: number;
  readonly udp: number;
  readonly otlp: number;
  readonly otlps: number;
}

const [cert, key] = process.argv.slice(2).map((path) => readFileSync(path));
if (cert === undefined || key === undefined) throw new Error('give the files of a certificate and its key');

const answer: RequestListener = (request, response) => {
  const { searchParams, pathname } = new URL(request.url ?? '/', 'http://sink');
  request.resume();
  request.on('end', () => {
    // Fetched from here, so that who serves it does not pay for reading it.
    if (pathname === '/fetch')
      void passOn(searchParams.get('url') ?? '').then((status) => response.writeHead(status).end());
    else if (pathname === '/v1/metrics') response.writeHead(200, { 'Content-Type': 'application/x-protobuf' }).end();
    else response.writeHead(pathname === '/api/v1/write' ? 204 : 200).end();
  });
};

async function passOn(url: string): Promise<number> {
  try {
    const fetched = await fetch(url);
    for await (const _ of fetched.body ?? []);
    return fetched.status;
  } catch {
    return 502;
  }
}

async function listen(server: Server | TcpServer): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

async function listenUdp(): Promise<number> {
  const socket = createSocket({ type: 'udp4', recvBufferSize: 1024 * 1024 });
  socket.on('message', () => undefined).bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return socket.address().port;
}

function listenOtlp(credentials: ServerCredentials): Promise<number> {
  const asIs = (bytes: Buffer): Buffer => bytes;
  const server = new GrpcServer({ 'grpc.max_receive_message_length': -1 });
  const method = {
    path: '/opentelemetry.proto.collector.metrics.v1.MetricsService/Export',
    requestStream: false,
    responseStream: false,
    requestSerialize: asIs,
    requestDeserialize: asIs,
    responseSerialize: asIs,
    responseDeserialize: asIs,
  };
  server.addService(
    { Export: method },
    { Export: (_call: unknown, callback: (error: null, bytes: Buffer) => void) => callback(null, Buffer.alloc(0)) },
  );
  return new Promise((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', credentials, (error, port) => (error ? reject(error) : resolve(port)));
  });
}

const ports: SinkPorts = {
  http: await listen(createServer({ keepAliveTimeout: 0 }, answer)),
  https: await listen(createTlsServer({ cert, key, keepAliveTimeout: 0 }, answer)),
  tcp: await listen(createTcpServer((socket) => void socket.on('error', () => undefined).resume())),
  udp: await listenUdp(),
  otlp: await listenOtlp(ServerCredentials.createInsecure()),
  otlps: await listenOtlp(ServerCredentials.createSsl(null, [{ cert_chain: cert, private_key: key }])),
};
process.stdout.write(`${JSON.stringify(ports)}\n`);
