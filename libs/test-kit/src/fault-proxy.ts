import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { Server, Socket } from 'node:net';
import { join } from 'node:path';
import { temporaryDirectory } from './temporary-directory.ts';

/** A unix socket or a TCP endpoint. */
export type Endpoint = { readonly path: string } | { readonly host: string; readonly port: number };

/**
 * A proxy that misbehaves on request. It starts out forwarding; the methods may be called in any order and any number
 * of times.
 */
export interface FaultProxy<E extends Endpoint> extends AsyncDisposable {
  /** Where clients connect; of the target's kind, on 127.0.0.1 or in a directory of its own. Stays the same. */
  readonly address: E;
  /** Client connections that are open. */
  readonly connections: number;
  /** Goes silent: connections stay open, new ones are accepted, no byte moves. What arrives meanwhile is kept. */
  pause(): void;
  /** Breaks all connections at once (TCP: reset). New ones work as the proxy's state says. */
  cut(): void;
  /** Lets nobody new in: connecting fails at once, with ECONNREFUSED (TCP) or ENOENT (unix). Open connections stay. */
  refuse(): void;
  /** Back to forwarding, after `pause()` and `refuse()`. */
  resume(): Promise<void>;
}

/** One client and, once forwarding began, its connection to the target. */
interface Pair {
  readonly client: Socket;
  upstream?: Socket;
}

/** Starts a proxy in front of `target`, which is only connected to when a client comes. */
export async function startFaultProxy<E extends Endpoint>({ target }: { readonly target: E }): Promise<FaultProxy<E>> {
  const directory = await temporaryDirectory();
  const pairs = new Set<Pair>();
  const state = { paused: false };

  const forward = (pair: Pair): void => {
    const upstream = connect({ ...target, allowHalfOpen: true });
    pair.upstream = upstream;
    // A target that is not there shows as a broken connection: the client has been let in already.
    upstream.on('error', () => undefined);
    copy(pair.client, upstream, state);
    copy(upstream, pair.client, state);
  };
  const accept = (client: Socket): void => {
    const pair: Pair = { client };
    pairs.add(pair);
    client.on('error', () => undefined);
    client.once('close', () => {
      pairs.delete(pair);
    });
    if (!state.paused) forward(pair);
  };
  const listen = async (where: Endpoint): Promise<Server> => {
    const opened = createServer({ allowHalfOpen: true }, accept).listen(where);
    await once(opened, 'listening');
    return opened;
  };
  const unix = 'path' in target;
  let server: Server | undefined = await listen(unix ? { path: join(directory.path, 'proxy') } : ANY_PORT);
  const bound = server.address();
  const address: Endpoint =
    typeof bound === 'object' && bound !== null ? { host: bound.address, port: bound.port } : { path: String(bound) };

  const cut = (): void => {
    for (const { client, upstream } of pairs) {
      // One that is just ending cannot be reset: Node would keep it for ever.
      if (unix || client.writableEnded) client.destroy();
      else client.resetAndDestroy();
      upstream?.destroy();
    }
  };
  const refuse = (): void => {
    // The port is free at once; the callback would come after the last open connection.
    server?.close();
    server = undefined;
  };
  return {
    address: address as E,
    get connections() {
      return pairs.size;
    },
    pause: () => {
      state.paused = true;
      for (const { client, upstream } of pairs) {
        client.pause();
        upstream?.pause();
      }
    },
    cut,
    refuse,
    resume: async () => {
      state.paused = false;
      for (const pair of pairs) {
        if (pair.upstream === undefined) {
          forward(pair);
          continue;
        }
        if (!pair.upstream.writableNeedDrain) pair.client.resume();
        if (!pair.client.writableNeedDrain) pair.upstream.resume();
      }
      server ??= await listen(address);
    },
    [Symbol.asyncDispose]: async () => {
      refuse();
      cut();
      await directory[Symbol.asyncDispose]();
    },
  };
}

const ANY_PORT = { host: '127.0.0.1', port: 0 };

/** Each half ends by itself, as programs expect of a connection; only a broken one breaks the other. */
function copy(from: Socket, to: Socket, state: { readonly paused: boolean }): void {
  from.on('data', (chunk) => {
    if (!to.write(chunk)) from.pause();
  });
  to.on('drain', () => {
    if (!state.paused) from.resume();
  });
  from.once('end', () => to.end());
  from.once('close', (broken) => {
    if (broken) to.destroy();
  });
}
