import type { Connection } from '@nephometer/libvirt';

/** Connections for calls that may wait for a guest without end: one call at a time on each. */
export interface Lanes {
  /** A connection that nobody uses; opens one if need be. Rejects with a LibvirtError or the reason of `signal`. */
  take(signal: AbortSignal): Promise<Connection>;
  /** Gives one back that has no call under way. */
  giveBack(lane: Connection): void;
  /** Closes all of them, calls under way or not; none can be taken any more. */
  close(): Promise<void>;
}

/** Idle lanes that stay open: as many as one reading uses. */
const maxIdle = 3;

/** No lane is open at first. `open` makes a connection. */
export function createLanes(open: (signal: AbortSignal) => Promise<Connection>): Lanes {
  const all = new Set<Connection>();
  const idle: Connection[] = [];
  let closed = false;

  const drop = (lane: Connection): void => {
    all.delete(lane);
    const place = idle.indexOf(lane);
    if (place >= 0) idle.splice(place, 1);
  };

  return {
    async take(signal) {
      signal.throwIfAborted();
      const waiting = idle.pop();
      if (waiting !== undefined) return waiting;
      const lane = await open(signal);
      if (closed) {
        await lane.close();
        throw await lane.closed;
      }
      all.add(lane);
      void lane.closed.then(() => drop(lane));
      return lane;
    },
    giveBack(lane) {
      if (!all.has(lane)) return;
      if (idle.length < maxIdle) idle.push(lane);
      else void lane.close();
    },
    async close() {
      closed = true;
      await Promise.all([...all].map((lane) => lane.close()));
    },
  };
}
