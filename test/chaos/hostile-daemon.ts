import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { temporaryDirectory } from '@nephometer/test-kit';
import { createSplitter, fieldsOf, frame, procedures, string, uint32, uint64 } from './wire.ts';

/** What a server does with one client. */
export type Behaviour = (client: Socket) => void;

/** A server on a unix socket that does to its clients what it is told. */
export interface HostileDaemon extends AsyncDisposable {
  readonly path: string;
  /** Clients that came since the present behaviour began. */
  readonly came: number;
  /** Those of them that are gone again. */
  readonly gone: number;
  /** Throws out whoever is there, and does this to everybody who comes from now on. */
  behave(behaviour: Behaviour): void;
  /** Stops listening and frees the path. */
  leave(): Promise<void>;
}

/** Starts it; silent at first. */
export async function startHostileDaemon(): Promise<HostileDaemon> {
  const directory = await temporaryDirectory();
  const path = join(directory.path, 'libvirt-sock');
  const clients = new Set<Socket>();
  let behaviour: Behaviour = () => undefined;
  let counts = { came: 0, gone: 0 };
  const server = createServer((client) => {
    const mine = counts;
    mine.came++;
    clients.add(client);
    // A client that is thrown out may be in the middle of a write.
    client.on('error', () => undefined);
    client.once('close', () => {
      mine.gone++;
      clients.delete(client);
    });
    // Without a reader the end of a connection is not noticed.
    client.on('data', () => undefined);
    behaviour(client);
  }).listen(path);
  await once(server, 'listening');
  const cut = (): void => {
    for (const client of clients) client.destroy();
  };
  const leave = async (): Promise<void> => {
    server.close();
    cut();
    await rm(path, { force: true });
  };
  return {
    path,
    get came() {
      return counts.came;
    },
    get gone() {
      return counts.gone;
    },
    behave(next) {
      behaviour = next;
      counts = { came: 0, gone: 0 };
      cut();
    },
    leave,
    async [Symbol.asyncDispose]() {
      await leave();
      await directory[Symbol.asyncDispose]();
    },
  };
}

/** Sends these bytes to everybody, and waits. */
export const sends =
  (bytes: Buffer): Behaviour =>
  (client) =>
    void client.write(bytes);

/** Bodies of the replies of a daemon with a QEMU driver. */
const truth: ReadonlyMap<number, Buffer> = new Map([
  [procedures.authList, Buffer.concat([uint32(1), uint32(0)])],
  [procedures.open, Buffer.alloc(0)],
  [procedures.getType, string('QEMU')],
  [procedures.getLibVersion, uint64(9_000_000n)],
  [procedures.getHostname, string('host')],
]);

/** Answers what an inspector asks first as libvirt does, but for these procedures; `then` answers all others. */
export function handshakes(lies: ReadonlyMap<number, Buffer>, then: Behaviour = () => undefined): Behaviour {
  return (client) => {
    const split = createSplitter();
    client.on('data', (chunk: Buffer) => {
      for (const { procedure, serial, type } of split(chunk).map(fieldsOf)) {
        if (type !== 0) continue;
        const body = lies.get(procedure) ?? truth.get(procedure);
        if (body === undefined) then(client);
        else client.write(frame({ procedure, type: 1, serial }, body));
      }
    });
  };
}

/** Passes everything on to a real daemon and back, its frames as `change` makes them. */
export function changes(socketPath: string, change: (whole: Buffer) => Buffer): Behaviour {
  return (client) => {
    const daemon = connect(socketPath);
    const split = createSplitter();
    daemon.on('error', () => client.destroy());
    daemon.once('close', () => client.destroy());
    client.once('close', () => daemon.destroy());
    client.on('data', (chunk: Buffer) => void daemon.write(chunk));
    daemon.on('data', (chunk: Buffer) => {
      for (const whole of split(chunk)) client.write(change(Buffer.from(whole)));
    });
  };
}
