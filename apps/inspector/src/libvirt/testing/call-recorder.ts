import { Buffer } from 'node:buffer';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A socket in front of a daemon's that writes down which procedures are called over each connection. */
export interface CallRecorder extends AsyncDisposable {
  readonly path: string;
  /** Numbers of the remote protocol's procedures, by connection, in the order in which they came. */
  readonly calls: readonly (readonly number[])[];
  /** Connections that have not ended yet. */
  readonly open: number;
}

const remoteProgram = 0x20008086;
/** Length, program, version, procedure. */
const startBytes = 16;

/** Stands in front of the daemon at `target`. */
export async function recordCalls(target: string): Promise<CallRecorder> {
  const directory = await mkdtemp(join(tmpdir(), 'calls-'));
  const path = join(directory, 'libvirt-sock');
  const calls: number[][] = [];
  const clients = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect(target);
    const called: number[] = [];
    calls.push(called);
    clients.add(client);
    client.on('data', readProcedures(called));
    client.pipe(upstream).pipe(client);
    client
      .on('error', () => undefined)
      .on('close', () => {
        clients.delete(client);
        upstream.destroy();
      });
    upstream.on('error', () => undefined).on('close', () => client.destroy());
  });
  server.listen(path);
  await once(server, 'listening');
  return {
    path,
    calls,
    get open() {
      return clients.size;
    },
    async [Symbol.asyncDispose]() {
      for (const client of clients) client.destroy();
      server.close();
      await once(server, 'close');
      await rm(directory, { recursive: true });
    },
  };
}

/** Takes the bytes of one connection, in pieces of any size. */
function readProcedures(called: number[]): (chunk: Buffer) => void {
  let rest = Buffer.alloc(0);
  return (chunk) => {
    rest = Buffer.concat([rest, chunk]);
    while (rest.length >= startBytes && rest.length >= rest.readUInt32BE(0)) {
      // Keepalive is a program of its own.
      if (rest.readUInt32BE(4) === remoteProgram) called.push(rest.readUInt32BE(12));
      rest = rest.subarray(rest.readUInt32BE(0));
    }
  };
}
