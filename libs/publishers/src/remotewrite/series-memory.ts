import { beginLifetime, continueLifetime, timeToLive } from '../series/lifetime.ts';
import type { Lifetime } from '../series/lifetime.ts';
import type { Metric } from '../series/metric.ts';
import type { SeriesOptions } from '../series/series-options.ts';
import { staleMarker } from './write-request.ts';
import type { WrittenSeries } from './write-request.ts';
import type { WrittenResource } from './written-resource.ts';

/**
 * The series that a publisher has sent, at most `maxSeries`, so that it can end those that vanish. Series of others, or of this
 * process before it was restarted, are not in it, and so nobody ends what another one may be going on with.
 */
export interface SeriesMemory {
  /** How many series are remembered. */
  readonly size: number;
  /** Notes series that a receiver has taken. */
  sent(series: readonly WrittenSeries[], nowMs: number): void;
  /**
   * The ends of series that have vanished: of which there has been nothing for longer than they live, neither by the clock nor by
   * the newest point since the last call; so neither a target that was away nor a host whose clock is wrong ends a series. Not all
   * series are looked at in each call, if there are very many. They are told again until they are forgotten.
   *
   * @param nowMs milliseconds of a monotonic clock
   */
  vanished(nowMs: number): readonly WrittenSeries[];
  /** Forgets series whose end has been sent. */
  forget(series: readonly WrittenSeries[]): void;
}

interface RememberedLife extends Lifetime {
  readonly metric: Metric;
}

interface Remembered {
  readonly resource: WrittenResource;
  /** By the id of the metric. */
  readonly lives: Map<string, RememberedLife>;
}

/** How many series are looked at in a call at least; and twice as many as were sent. */
const leastLooks = 10_000;

/** A memory of nothing. */
export function createSeriesMemory({ ttlMs, maxSeries }: SeriesOptions): SeriesMemory {
  const byResource = new Map<string, Remembered>();
  let cursor: Iterator<Remembered, undefined> = byResource.values();
  let size = 0;
  let sentSince = 0;
  let newestMs = 0;

  function nextOne(): Remembered | undefined {
    const next = cursor.next();
    if (!next.done) return next.value;
    cursor = byResource.values();
    return undefined;
  }

  function* nextOnes(): Generator<Remembered, void, undefined> {
    const most = Math.max(leastLooks, 2 * sentSince);
    let wraps = 0;
    for (let looks = 0; looks < most && looks < size && wraps < 2;) {
      const one = nextOne();
      if (one === undefined) {
        wraps += 1;
        continue;
      }
      looks += one.lives.size;
      yield one;
    }
  }

  return {
    get size() {
      return size;
    },
    sent(series, nowMs) {
      sentSince += series.length;
      for (const { metric, resource, points } of series) {
        let one = byResource.get(resource.key);
        let life = one?.lives.get(metric.id);
        for (const { timestampMs } of points) {
          newestMs = Math.max(newestMs, timestampMs);
          if (life !== undefined) {
            continueLifetime(life, timestampMs, nowMs);
          } else if (size < maxSeries) {
            if (one === undefined) byResource.set(resource.key, (one = { resource, lives: new Map() }));
            one.lives.set(metric.id, (life = { metric, ...beginLifetime(timestampMs, nowMs) }));
            size += 1;
          }
        }
      }
    },
    vanished(nowMs) {
      const ended: WrittenSeries[] = [];
      for (const { resource, lives } of nextOnes()) {
        for (const life of lives.values()) {
          const ttl = timeToLive(life, ttlMs);
          if (nowMs - life.seenMs <= ttl || newestMs - life.timestampMs <= ttl) continue;
          // Where the next sample would have been. It must not be later: one that comes late would be out of order.
          const timestampMs = life.timestampMs + Math.max(1, life.intervalMs);
          ended.push({ metric: life.metric, resource, points: [{ timestampMs, value: staleMarker }] });
        }
      }
      sentSince = 0;
      newestMs = 0;
      return ended;
    },
    forget(series) {
      for (const { metric, resource } of series) {
        const one = byResource.get(resource.key);
        if (one?.lives.delete(metric.id)) size -= 1;
        if (one?.lives.size === 0) byResource.delete(resource.key);
      }
    },
  };
}
