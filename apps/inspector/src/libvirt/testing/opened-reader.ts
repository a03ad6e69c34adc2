import { MissingReason, StatisticsGroup } from '@nephometer/inspector-api';
import { createQuarantine } from '../reading/quarantine.ts';
import { openStatisticsReader } from '../reading/read-statistics.ts';
import type { StatisticsReader } from '../reading/read-statistics.ts';
import type { DomainRecord } from '../reading/record.ts';
import type { ScriptedDaemon } from './scripted-daemon.ts';

/** Never aborted. */
export const signal: AbortSignal = new AbortController().signal;
const groups = new Set([StatisticsGroup.STATE, StatisticsGroup.CPU, StatisticsGroup.MEMORY]);
/** Asks for what monitors tell, of all domains. */
export const all = { ids: undefined, groups, descriptionOf: (): undefined => undefined };
/** Long enough for an answer of the model, short enough for a test. */
const brief = { observe: () => undefined, after: () => 40 };

/** A reader, and what it said. */
export interface Opened {
  readonly reader: StatisticsReader;
  readonly hedges: string[];
  readonly log: string[];
}

/** Opens a reader of a daemon; a call for it is late after 40 ms unless told otherwise. */
export async function open(daemon: ScriptedDaemon, maxStuckCalls = 8, delay = brief): Promise<Opened> {
  const hedges: string[] = [];
  const log: string[] = [];
  const quarantine = createQuarantine({
    onHung: ({ name }) => log.push(`${name} hung`),
    onAnswered: ({ name }) => log.push(`${name} answered`),
  });
  const settings = { session: daemon.session, quarantine, maxStuckCalls, delay, knownDomains: () => [] };
  const reader = await openStatisticsReader(
    { ...settings, onCall: () => undefined, onHedge: (reason) => hedges.push(reason) },
    signal,
  );
  return { reader, hedges, log };
}

/** `g1`, `g2`...: names of so many domains. */
export const names = (count: number): string[] => Array.from({ length: count }, (_, index) => `g${index + 1}`);

const reasonName = new Map(Object.entries(MissingReason).map(([name, reason]) => [reason, name]));

/** Each domain as `whole`, `busy`, or the reason why its memory is missing. */
export function verdicts(records: readonly DomainRecord[]): Record<string, string> {
  const verdict = ({ params, failures, busySinceMs }: DomainRecord): string => {
    const failure = failures?.find(({ group }) => group === StatisticsGroup.MEMORY);
    if (failure !== undefined) return reasonName.get(failure.reason) ?? '';
    if (busySinceMs !== undefined) return 'busy';
    return params.some(({ name }) => name === 'balloon.rss') ? 'whole' : 'incomplete';
  };
  return Object.fromEntries(records.map((record) => [record.domain.name, verdict(record)]));
}

/** What {@link verdicts} says when all of so many are whole but the others. */
export const allBut = (count: number, others: Readonly<Record<string, string>> = {}): Record<string, string> => ({
  ...Object.fromEntries(names(count).map((name) => [name, 'whole'])),
  ...others,
});

/** Reads all domains; the verdict on each. */
export const read = async ({ reader }: Opened): Promise<Record<string, string>> =>
  verdicts((await reader.read(all, signal)).records);
