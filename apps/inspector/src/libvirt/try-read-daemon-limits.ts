import { LibvirtError, readDaemonLimits } from '@nephometer/libvirt';
import type { DaemonLimits } from '@nephometer/libvirt';

/** The daemon answers this from a thread of its own. */
const timeoutMs = 300;

/**
 * What the daemon allows its clients; `undefined` if it does not tell this process, which is the rule: only the user that the
 * daemon runs as may ask. Rejects with the reason of `signal` only.
 */
export async function tryReadDaemonLimits(socketPath: string, signal: AbortSignal): Promise<DaemonLimits | undefined> {
  try {
    return await readDaemonLimits(socketPath, { signal, timeoutMs });
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof LibvirtError) return undefined;
    throw error;
  }
}
