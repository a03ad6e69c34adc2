import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';

/** Where the kernel takes no ports from for connections and for who listens on port 0 (Linux: from 32768 on). */
const RANGE = { from: 15_000, to: 32_000 };

/**
 * A TCP port of 127.0.0.1 that nobody listens on at this moment. Only for programs that cannot listen on port 0 and report what
 * they got, and may take long to start: between this answer and that nobody gets it by chance, but for another caller of this.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(RANGE.from, RANGE.to);
    const server = createServer().listen(port, '127.0.0.1');
    const isFree = await Promise.race([
      once(server, 'listening').then(() => true),
      once(server, 'error').then(() => false),
    ]).catch(() => false);
    if (!isFree) continue;
    server.close();
    await once(server, 'close');
    return port;
  }
}
