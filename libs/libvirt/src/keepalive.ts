/** Node's timers take no more; a longer wait fires at once. */
const maxTimerMs = 0x7fffffff;

/** When to ask a silent daemon whether it lives, and how long it may take to answer. */
export interface KeepaliveOptions {
  /** Silence after which a PING goes out. */
  readonly intervalMs: number;
  /** Silence after a PING that ends the connection. */
  readonly timeoutMs: number;
}

/** What the watch over a connection needs of it. */
export interface KeepalivePeer {
  ping(): void;
  /** Whether the daemon may have stopped reading, so that its silence proves nothing. */
  mayBeDeaf(): boolean;
  /** Called once, when the daemon must be taken for dead. */
  onSilent(silentMs: number): void;
}

export interface Keepalive {
  /** Any byte from the daemon is a sign of life. */
  heard(): void;
  /** Safe twice. */
  stop(): void;
}

/**
 * Watches a connection with PINGs of our own, at rest as well as under calls. The daemon answers them from its main loop,
 * so they measure the daemon and not its guests, and it needs no feature negotiated. One exception: with as many calls
 * outstanding as it allows a client, a daemon stops reading, and PINGs wait in the socket. That is why a connection whose
 * slots are all taken is not judged; its time starts anew when a slot is free.
 */
export function startKeepalive({ intervalMs, timeoutMs }: KeepaliveOptions, peer: KeepalivePeer): Keepalive {
  let heardAt = performance.now();
  let pingedAt: number | undefined;
  let timer: NodeJS.Timeout;
  let recheck: NodeJS.Immediate | undefined;
  let stopped = false;

  const stop = (): void => {
    stopped = true;
    clearTimeout(timer);
    clearImmediate(recheck);
  };

  const wait = (ms: number): void => {
    timer = setTimeout(look, Math.min(Math.max(1, ms), maxTimerMs));
  };

  const look = (): void => {
    const now = performance.now();
    if (pingedAt === undefined) {
      const silentMs = now - heardAt;
      if (silentMs < intervalMs) return wait(intervalMs - silentMs);
      pingedAt = now;
      wait(timeoutMs);
      return peer.ping();
    }
    if (peer.mayBeDeaf()) {
      pingedAt = now;
      return wait(timeoutMs);
    }
    const silentMs = now - pingedAt;
    if (silentMs < timeoutMs) return wait(timeoutMs - silentMs);
    // After a pause of this whole process the timers run before the sockets: the answer may be lying there unread.
    recheck = setImmediate(() => {
      stop();
      peer.onSilent(Math.round(silentMs));
    });
  };

  wait(intervalMs);
  return {
    heard: () => {
      heardAt = performance.now();
      if (pingedAt === undefined || stopped) return;
      pingedAt = undefined;
      clearTimeout(timer);
      clearImmediate(recheck);
      wait(intervalMs);
    },
    stop,
  };
}
