import { timestampFromMs } from '@nephometer/inspector-api';
import type { WatchInstancesRequest, WatchInstancesResponse } from '@nephometer/inspector-api';
import { requireHypervisor } from './service-context.ts';
import type { ServiceContext } from './service-context.ts';

/** Where a stream's messages go. */
export interface MessageWriter<T> {
  /** Resolves when there is room for the next message; rejects with the signal's reason. */
  write(message: T, signal: AbortSignal): Promise<void>;
}

/**
 * Sends the inventory, then its changes, until `signal` aborts. While the caller does not read, changes wait in the
 * watcher, which ends the stream when it is full.
 */
export async function watchInstances(
  context: ServiceContext,
  _request: WatchInstancesRequest,
  writer: MessageWriter<WatchInstancesResponse>,
  signal: AbortSignal,
): Promise<void> {
  await requireHypervisor(context, signal);
  const controller = new AbortController();
  const forward = (): void => controller.abort(signal.reason);
  signal.addEventListener('abort', forward, { once: true });
  try {
    signal.throwIfAborted();
    const events = context.inventory.watch(controller.signal, (error) => controller.abort(error));
    for await (const { change, instance, atMs, revision } of events) {
      const message = { change, instance, at: timestampFromMs(atMs), inventoryRevision: revision };
      await writer.write(message, controller.signal);
    }
  } finally {
    signal.removeEventListener('abort', forward);
  }
}
