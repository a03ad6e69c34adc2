import { followLink } from './follow-link.ts';
import type { QueueInspection } from './inspect-file.ts';
import { startThread } from './thread/thread.ts';

/**
 * Reads and checks the whole file of a queue in a thread of its own, each row against its checksum. Works beside the process that
 * owns the queue; changes nothing, and leaves nothing beside the file. Rejects with a `QueueError`, `cannot_open` if there is no such file.
 */
export async function inspectQueue(name: string): Promise<QueueInspection> {
  const path = await followLink(name);
  const thread = startThread(new URL('./thread/main.ts', import.meta.url), () => undefined);
  try {
    return await thread.ask({ call: 'inspect', path }, path);
  } finally {
    await thread.end();
  }
}
