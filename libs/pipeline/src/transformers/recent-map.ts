/** A map that forgets: what was not set for long, and the oldest when there is too much. */
export interface RecentMap<T> {
  /** `undefined` also for what is too old. */
  get(key: string): T | undefined;
  /** Sets an entry and makes it the youngest. */
  set(key: string, value: T): void;
  delete(key: string): void;
  readonly size: () => number;
  /** Entries that went because there were too many. */
  readonly evicted: () => number;
}

/** How much is kept, and how long. */
export interface RecentMapLimits {
  readonly stateLimit: number;
  readonly stateAgeMs: number;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** An entry, and those that were set before and after it. */
interface Entry<T> {
  readonly key: string;
  value: T;
  setMs: number;
  older: Entry<T> | undefined;
  younger: Entry<T> | undefined;
}

/**
 * An empty map. All it does takes constant time, over many calls. The order is a linked list, not that of a `Map` whose keys
 * are deleted and set again: the holes at its front would be gone through at each look for the oldest.
 */
export function createRecentMap<T>({ stateLimit, stateAgeMs, now }: RecentMapLimits): RecentMap<T> {
  const entries = new Map<string, Entry<T>>();
  let oldest: Entry<T> | undefined;
  let youngest: Entry<T> | undefined;
  let evicted = 0;

  const isOld = ({ setMs }: Entry<T>): boolean => now() - setMs > stateAgeMs;

  function link(entry: Entry<T>): void {
    entry.older = youngest;
    entry.younger = undefined;
    if (youngest) youngest.younger = entry;
    else oldest = entry;
    youngest = entry;
  }

  function unlink({ older, younger }: Entry<T>): void {
    if (older) older.younger = younger;
    else oldest = younger;
    if (younger) younger.older = older;
    else youngest = older;
  }

  function remove(entry: Entry<T>): void {
    unlink(entry);
    entries.delete(entry.key);
  }

  return {
    get(key) {
      const entry = entries.get(key);
      return entry === undefined || isOld(entry) ? undefined : entry.value;
    },
    set(key, value) {
      const known = entries.get(key);
      if (known) unlink(known);
      const entry = known ?? { key, value, setMs: 0, older: undefined, younger: undefined };
      entry.value = value;
      entry.setMs = now();
      link(entry);
      entries.set(key, entry);
      while (oldest && isOld(oldest)) remove(oldest);
      if (!oldest || entries.size <= stateLimit) return;
      remove(oldest);
      evicted += 1;
    },
    delete(key) {
      const entry = entries.get(key);
      if (entry) remove(entry);
    },
    size: () => entries.size,
    evicted: () => evicted,
  };
}

/** Texts as one key: no other texts give the same one, whatever is in them. */
export function keyOf(...parts: readonly (string | null)[]): string {
  return parts.map((part) => (part === null ? '-' : `${part.length}:${part}`)).join('');
}
