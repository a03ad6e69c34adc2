import { Instance, InventoryChange } from '@nephometer/inspector-api';
import type { InspectorError } from './inspector-error.ts';
import { createWatcher } from './watcher.ts';
import type { Watcher } from './watcher.ts';

/**
 * The descriptions of all instances of the host. `revision` of what is put in is ignored and set here: it moves
 * exactly when a description or the set of instances changed. Instances handed out are never edited afterwards.
 */
export interface Inventory {
  readonly revision: bigint;
  readonly size: number;
  /** The description of an instance, by its UUID in lower case. */
  get(id: string): Instance | undefined;
  /** All descriptions ordered by id; the same array until something changes. */
  list(): readonly Instance[];
  /** Adds or replaces one description; whether that changed anything. */
  put(instance: Instance): boolean;
  /** Forgets one instance; whether there was one. */
  remove(id: string): boolean;
  /** Makes the inventory exactly these; what is the same is no change. */
  replaceAll(instances: readonly Instance[]): void;
  /**
   * The inventory as it is (EXISTING, SYNCED), then every change, until `signal` aborts. At most `capacity` changes
   * wait for a slow reader, then its iteration rejects with `too-slow`; what is there at the start is not counted.
   * `onTooSlow` hears that at once, for a reader who is waiting for something else.
   */
  watch(signal: AbortSignal, onTooSlow?: (error: InspectorError) => void): Watcher;
}

/** Settings of an inventory. */
export interface InventorySettings {
  /** Epoch milliseconds now. The first revision is this in microseconds, so revisions never go back over a restart. */
  readonly now?: () => number;
  /** Changes that may wait for one watcher; default 1000. */
  readonly watchCapacity?: number;
  /** Told when a watcher was ended because it was too slow. */
  readonly onDropped?: () => void;
}

/** An empty inventory. */
export function createInventory(settings: InventorySettings = {}): Inventory {
  const { now = Date.now, watchCapacity = 1000, onDropped = () => {} } = settings;
  const byId = new Map<string, Instance>();
  const watchers = new Set<Watcher>();
  let revision = BigInt(Math.floor(now())) * 1000n;
  let sorted: readonly Instance[] | undefined = [];

  const changed = (change: InventoryChange, instance: Instance): void => {
    sorted = undefined;
    const event = { change, instance, atMs: now(), revision };
    for (const watcher of [...watchers]) watcher.push(event);
  };

  const inventory: Inventory = {
    get revision() {
      return revision;
    },
    get size() {
      return byId.size;
    },
    get: (id) => byId.get(id),
    list: () => (sorted ??= [...byId.values()].sort((a, b) => (a.id < b.id ? -1 : 1))),
    put(instance) {
      const previous = byId.get(instance.id);
      if (previous !== undefined && sameDescription(previous, instance)) return false;
      const next = { ...instance, revision: ++revision };
      byId.set(next.id, next);
      changed(previous === undefined ? InventoryChange.ADDED : InventoryChange.UPDATED, next);
      return true;
    },
    remove(id) {
      const previous = byId.get(id);
      if (previous === undefined) return false;
      byId.delete(id);
      revision++;
      changed(InventoryChange.REMOVED, previous);
      return true;
    },
    replaceAll(instances) {
      const keep = new Set(instances.map(({ id }) => id));
      for (const id of [...byId.keys()]) if (!keep.has(id)) inventory.remove(id);
      for (const instance of instances) inventory.put(instance);
    },
    watch(signal, onTooSlow) {
      const atMs = now();
      const present = inventory
        .list()
        .map((instance) => ({ change: InventoryChange.EXISTING, instance, atMs, revision }));
      const synced = { change: InventoryChange.SYNCED, instance: undefined, atMs, revision };
      const watcher = createWatcher({
        first: [...present, synced],
        capacity: watchCapacity,
        onEnd: () => watchers.delete(watcher),
        onTooSlow(error) {
          onDropped();
          onTooSlow?.(error);
        },
        signal,
      });
      if (!signal.aborted) watchers.add(watcher);
      return watcher;
    },
  };
  return inventory;
}

/** Compares encoded descriptions: a new field of the API is part of the comparison without a line here. */
function sameDescription(a: Instance, b: Instance): boolean {
  const bytes = (instance: Instance): Uint8Array => Instance.encode({ ...instance, revision: 0n }).finish();
  return Buffer.compare(bytes(a), bytes(b)) === 0;
}
