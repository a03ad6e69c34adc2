import type { Domain } from '@nephometer/libvirt';
import type { MonitorCall } from './monitor-calls.ts';

/**
 * How a domain is to be read now:
 * - `together`: with others in one call
 * - `alone`: in a call of its own, because it hung a while ago and must not cost the others time if it does again
 * - `held`: a call of ours waits for it, so that libvirt passes over its monitor
 * - `spared`: without its monitor, because it has hung again and again
 */
export type Place = 'together' | 'alone' | 'held' | 'spared';

/** Told when a domain begins to hang, and when it answers again. */
export interface QuarantineListener {
  onHung(domain: Domain, sinceMs: number): void;
  onAnswered(domain: Domain, hungMs: number): void;
}

/** Which domains do not answer their monitor, found out from what calls return and what they do not. Times in epoch milliseconds. */
export interface Quarantine {
  /** Domains that hang. */
  readonly hung: number;
  place(domain: Domain): Place;
  /** Since when the domain does not answer; `undefined` if it does, as far as is known. */
  hungSince(id: string): number | undefined;
  /** Since when another operation holds the domain, as the readings saw it; `undefined` if none does. */
  busySince(id: string): number | undefined;
  /** This call asked for this domain alone, is late, and the daemon has threads to spare: the domain hangs. */
  hold(domain: Domain, call: MonitorCall): void;
  /**
   * A call that was sent after these unanswered ones has told about the domain: all of it, or, because it is busy, only what
   * its monitor is not needed for.
   */
  learn(domain: Domain, isBusy: boolean, earlier: readonly MonitorCall[]): void;
  /**
   * Finds the domain that each late call waits for, from what was learned. To be called once a reading is complete, with all
   * calls that are unanswered.
   */
  conclude(unanswered: readonly MonitorCall[]): void;
  /** Forgets domains that are not among these. */
  keepOnly(ids: ReadonlySet<string>): void;
}

interface Entry {
  readonly domain: Domain;
  readonly sinceMs: number;
  /** The call that waits for it. */
  readonly call: MonitorCall;
  /** How often it has hung since it was well for a minute. */
  readonly strikes: number;
  /** When it answered, and has done so since. */
  wellSinceMs: number | undefined;
  answeredAtMs: number | undefined;
}

/** A domain that has been well for this long is read with the others again. */
const probationMs = 60_000;
/** A domain that has hung n times in a row is left alone for 2^n seconds after its call has returned, up to this. */
const maxBackOffMs = 60_000;
/** Of several domains that may be the one a late call waits for, all that are still busy after this time are taken for hung. */
const certainAfterMs = 10_000;

/** Nobody hangs at first. */
export function createQuarantine(listener: QuarantineListener, now: () => number = Date.now): Quarantine {
  const entries = new Map<string, Entry>();
  const busy = new Map<string, { readonly domain: Domain; readonly sinceMs: number }>();
  /** For each unanswered call, the domains of it that have not been read whole since. */
  const suspects = new WeakMap<MonitorCall, Set<string>>();

  const suspectsOf = (call: MonitorCall): Set<string> => {
    let ids = suspects.get(call);
    if (ids === undefined) suspects.set(call, (ids = new Set(call.domains.map(({ uuid }) => uuid))));
    return ids;
  };
  const isHung = (entry: Entry): boolean => entry.wellSinceMs === undefined;

  const well = (entry: Entry): void => {
    if (!isHung(entry)) return;
    entry.wellSinceMs = now();
    listener.onAnswered(entry.domain, now() - entry.sinceMs);
  };

  const hold = (domain: Domain, call: MonitorCall): void => {
    const before = entries.get(domain.uuid);
    if (before?.call === call || call.isAnswered) return;
    const stillHung = before !== undefined && isHung(before);
    const sinceMs = stillHung ? before.sinceMs : call.sentAtMs;
    const strikes = (before?.strikes ?? 0) + 1;
    const entry: Entry = { domain, sinceMs, call, strikes, wellSinceMs: undefined, answeredAtMs: undefined };
    entries.set(domain.uuid, entry);
    if (!stillHung) listener.onHung(domain, sinceMs);
    const answered = (): void => void (entry.answeredAtMs = now());
    call.reply.then(answered, answered);
  };

  const isHeld = ({ uuid }: Domain): boolean => {
    const entry = entries.get(uuid);
    return entry !== undefined && entry.answeredAtMs === undefined;
  };

  /**
   * Whom a late call may wait for. Who was busy before it was sent has been passed over by it, and whom another call waits for
   * as well. Whom a call asks that is not late, of another reading at the same time, may be busy with that one.
   */
  const candidatesOf = (call: MonitorCall, beingAsked: ReadonlySet<string>): Domain[] =>
    [...suspectsOf(call)]
      .flatMap((id) => busy.get(id) ?? [])
      .filter(({ domain, sinceMs }) => sinceMs >= call.sentAtMs && !beingAsked.has(domain.uuid) && !isHeld(domain))
      .map(({ domain }) => domain);

  const forget = (id: string): void => {
    const entry = entries.get(id);
    entries.delete(id);
    if (entry !== undefined) well(entry);
  };

  return {
    get hung() {
      return [...entries.values()].filter(isHung).length;
    },
    place(domain) {
      const entry = entries.get(domain.uuid);
      if (entry === undefined) return 'together';
      // Stopped, or started anew: whatever hung is no more. A domain that is off has the id -1.
      if (entry.domain.id !== domain.id) {
        forget(domain.uuid);
        return 'together';
      }
      if (entry.answeredAtMs === undefined) return 'held';
      const { wellSinceMs } = entry;
      if (wellSinceMs !== undefined && now() - wellSinceMs >= probationMs) {
        entries.delete(domain.uuid);
        return 'together';
      }
      const backOffMs = entry.strikes === 1 ? 0 : Math.min(maxBackOffMs, 1000 * 2 ** entry.strikes);
      return now() - entry.answeredAtMs < backOffMs ? 'spared' : 'alone';
    },
    hungSince(id) {
      const entry = entries.get(id);
      return entry !== undefined && isHung(entry) ? entry.sinceMs : undefined;
    },
    busySince: (id) => busy.get(id)?.sinceMs,
    hold,
    learn(domain, isBusy, earlier) {
      const id = domain.uuid;
      if (isBusy) {
        if (!busy.has(id)) busy.set(id, { domain, sinceMs: now() });
        return;
      }
      busy.delete(id);
      for (const call of earlier) suspectsOf(call).delete(id);
      const entry = entries.get(id);
      if (entry !== undefined) well(entry);
    },
    conclude(unanswered) {
      const late = unanswered.filter(({ isLate }) => isLate);
      const others = unanswered.filter(({ isLate }) => !isLate);
      const beingAsked = new Set(others.flatMap(({ domains }) => domains.map(({ uuid }) => uuid)));
      const known = new Set([...entries.values()].map(({ call }) => call));
      for (;;) {
        const open = late.filter((call) => !known.has(call));
        const found = waitingFor(
          open.map((call) => ({ call, domains: candidatesOf(call, beingAsked) })),
          now(),
        );
        if (found.length === 0) return;
        for (const { call, domain } of found) {
          hold(domain, call);
          known.add(call);
        }
      }
    },
    keepOnly(ids) {
      for (const id of entries.keys()) if (!ids.has(id)) forget(id);
      for (const id of busy.keys()) if (!ids.has(id)) busy.delete(id);
    },
  };
}

/** A late call, and the domains that it may wait for. */
interface Riddle {
  readonly call: MonitorCall;
  readonly domains: readonly Domain[];
}

/**
 * Which call waits for which domain, as far as that is certain. A call waits for one domain, and no two for the same: as many
 * calls as domains that they may wait for leave no choice.
 */
function waitingFor(
  riddles: readonly Riddle[],
  nowMs: number,
): { readonly call: MonitorCall; readonly domain: Domain }[] {
  const alike = Map.groupBy(riddles, ({ domains }) =>
    domains
      .map(({ uuid }) => uuid)
      .toSorted()
      .join(),
  );
  return [...alike.values()].flatMap((group) => {
    const [first] = group;
    const domains = first?.domains ?? [];
    const isOld = group.some(({ call }) => nowMs - call.sentAtMs >= certainAfterMs);
    if (group.length < domains.length && !isOld) return [];
    return domains.flatMap((domain, index) => {
      const call = (group[index] ?? first)?.call;
      return call === undefined ? [] : [{ call, domain }];
    });
  });
}
