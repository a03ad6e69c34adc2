/** How long calls may take before they count as late: learned from the recent ones. Times in milliseconds. */
export interface HedgeDelay {
  /** An answer for this many domains took this long; one beyond the ceiling tells about a guest and not about the host. */
  observe(domains: number, durationMs: number): void;
  /** After this time a call for this many domains is late. */
  after(domains: number): number;
}

/** Settings of a hedge delay; all have defaults. */
export interface HedgeDelaySettings {
  /** Below this a call is never late: a busy host must not look like a hung guest. */
  readonly floorMs?: number;
  /** Above this every call is late. */
  readonly ceilingMs?: number;
  /** As long as fewer than {@link enough} answers have been seen. */
  readonly initialMs?: number;
}

/** Recent answers that count. */
const remembered = 32;
const enough = 5;
const quantile = 0.5;
/** A call that takes this many times the quantile is late. */
const patience = 4;

/**
 * libvirt reads the domains of a call one after the other, so that a call's time is put down to its domains, one more for the
 * call itself. The delay is four times the median of the recent calls, within floor and ceiling: a higher quantile would be
 * ruled by guests that have just started, of which libvirt has to find out a lot at its first call.
 */
export function createHedgeDelay(settings: HedgeDelaySettings = {}): HedgeDelay {
  const { floorMs = 250, ceilingMs = 5000, initialMs = 2000 } = settings;
  const shares: number[] = [];
  let next = 0;
  let typical: number | undefined;

  return {
    observe(domains, durationMs) {
      if (durationMs > ceilingMs) return;
      shares[next] = durationMs / (domains + 1);
      next = (next + 1) % remembered;
      typical = undefined;
    },
    after(domains) {
      if (shares.length < enough) return initialMs;
      typical ??= shares.toSorted((a, b) => a - b)[Math.ceil(shares.length * quantile) - 1] ?? 0;
      return Math.min(ceilingMs, Math.max(floorMs, patience * typical * (domains + 1)));
    },
  };
}
