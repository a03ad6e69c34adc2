import { connect } from 'node:net';
import { raceAbort, withDeadline } from '@nephometer/abortable';
import type { HostPort } from '../host-port.ts';
import { PublisherError } from '../publisher-error.ts';

/**
 * Resolves when a server greets, which each NATS server does before it is spoken to. Rejects with what the system says, a
 * `DeadlineError` after so many milliseconds, `bad_answer`, or the abort reason. The connection is gone in any case.
 *
 * The NATS library keeps its socket for ever when a server accepts and then stays silent; so it is only let near one that talks.
 */
export async function awaitGreeting({ host, port }: HostPort, timeoutMs: number, signal: AbortSignal): Promise<void> {
  await withDeadline(signal, timeoutMs, async (ending) => {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const socket = connect(port, host);
    socket.on('error', reject);
    socket.once('close', () =>
      reject(new PublisherError('unreachable', 'the connection was closed before a greeting')),
    );
    socket.once('data', (data: Buffer) => {
      if (data.toString('latin1').startsWith('INFO ')) resolve();
      else reject(new PublisherError('bad_answer', 'what answers is not NATS; is it the right port?'));
    });
    try {
      await raceAbort(promise, ending);
    } finally {
      socket.destroy();
    }
  });
}
