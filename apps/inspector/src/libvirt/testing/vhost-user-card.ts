import { createServer } from 'node:net';
import type { Socket } from 'node:net';

/** The other end of vhost-user network cards. */
export interface VhostUserCard extends AsyncDisposable {
  /** Of its socket. */
  readonly path: string;
}

const HEADER_BYTES = 12;
const GET_FEATURES = 1;
/** Version 1 of the protocol, and: this is a reply. */
const REPLY_FLAGS = 0b101;
/** VIRTIO_F_VERSION_1; without it QEMU takes a card for older than it can be. */
const FEATURES = 1n << 32n;

/**
 * Listens on `path` and answers what QEMU asks before a guest uses its card: which features it has (vhost-user protocol,
 * docs/interop/vhost-user.rst of QEMU). A guest without a driver never gets further.
 */
export async function startVhostUserCard(path: string): Promise<VhostUserCard> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    // The guest is ended before or after the card, as the test likes.
    socket.on('error', () => undefined);
    let received = Buffer.alloc(0);
    socket.on('data', (chunk: Buffer) => {
      received = Buffer.concat([received, chunk]);
      while (received.length >= HEADER_BYTES) {
        const size = HEADER_BYTES + received.readUInt32LE(8);
        if (received.length < size) return;
        if (received.readUInt32LE(0) === GET_FEATURES) socket.write(featuresReply());
        received = received.subarray(size);
      }
    });
  });
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', reject).listen(path, resolve);
  await promise;
  return {
    path,
    async [Symbol.asyncDispose]() {
      const closed = new Promise<void>((done) => server.close(() => done()));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

function featuresReply(): Buffer {
  const reply = Buffer.alloc(HEADER_BYTES + 8);
  reply.writeUInt32LE(GET_FEATURES, 0);
  reply.writeUInt32LE(REPLY_FLAGS, 4);
  reply.writeUInt32LE(8, 8);
  reply.writeBigUInt64LE(FEATURES, HEADER_BYTES);
  return reply;
}
