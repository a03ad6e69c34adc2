import { readFile } from 'node:fs/promises';
import { sleep, withDeadline } from '@nephometer/abortable';
import { formatError } from '@nephometer/service';
import { CliError } from '../../cli-error.ts';
import { formatDuration } from '../duration.ts';
import type { Feed } from '../feed.ts';
import { addGap } from '../gaps.ts';
import type { Window } from '../read-windows.ts';
import { explainBrokerError } from './explain-broker-error.ts';
import { parseMessage } from './parse-message.ts';
import type { QueueAddress } from './queue-address.ts';
import { openQueueLink } from './queue-link.ts';
import type { QueueLimits, QueueLink, TlsMaterial } from './queue-link.ts';

/** Which queue to read. */
export interface QueueFeedSettings {
  readonly address: QueueAddress;
  /** Something for the person who waits: the connection is lost, or there again. */
  readonly say: (text: string) => void;
  /** Aborts the opening only. */
  readonly signal: AbortSignal;
  /** Default: 5,000 waiting, 500 delivered. A message of the polling agent has up to 50 samples, some 60 KB. */
  readonly limits?: QueueLimits;
}

const LIMITS: QueueLimits = { waiting: 5000, delivered: 500 };

const CONNECT_LIMIT_MS = 10_000;
const FIRST_RETRY_MS = 250;
const LONGEST_RETRY_MS = 5000;

/** What changes while a feed is open. */
interface State {
  link: QueueLink;
  /** What was delivered over a connection that is gone, and not read yet. */
  leftover: string[];
  messages: number;
  losses: number;
  overflows: number;
  /** Why there is no connection. */
  lost?: string;
  /** Everything that was sent until then has come, unless it is in a gap. */
  wholeUntilMs: number;
  readonly gaps: Window[];
}

/**
 * Reads copies of what Ceilometer's agents send through a broker, from now on. A connection that is lost is tried again for as
 * long as the feed is open; what may be missing meanwhile is a gap.
 *
 * @throws CliError `invalid-option` if the queue cannot be read; the signal's reason
 */
export async function openQueueFeed(settings: QueueFeedSettings): Promise<Feed> {
  const { address, limits = LIMITS, signal } = settings;
  const tls = await readTls(address);
  const open = (own: AbortSignal): Promise<QueueLink> =>
    withDeadline(own, CONNECT_LIMIT_MS, (deadline) => openQueueLink({ address, tls, limits, signal: deadline }));
  const link = await open(signal).catch((error: unknown) => {
    signal.throwIfAborted();
    throw refusal(address, explainBrokerError(error, address), error);
  });
  const state: State = {
    link,
    leftover: [],
    messages: 0,
    losses: 0,
    overflows: 0,
    wholeUntilMs: Date.now(),
    gaps: [],
  };
  const closing = new AbortController();
  const keeping = keepConnected(state, { ...settings, open, signal: closing.signal });
  /** Those that are over, and the one that is not. */
  const gapsNow = (): Window[] => {
    const all = [...state.gaps];
    if (state.lost !== undefined) addGap(all, { fromMs: state.wholeUntilMs, toMs: Date.now() });
    return all;
  };
  return {
    name: address.shown,
    async *read(own) {
      for await (const texts of readTexts(state, { ...settings, limits, signal: own }))
        yield texts.flatMap(parseMessage);
    },
    facts: () => ({
      kind: 'queue',
      url: address.shown,
      exchange: address.exchange,
      keys: address.keys,
      messages: state.messages,
      losses: state.losses,
      ...(state.lost !== undefined && { lost: state.lost }),
      overflows: state.overflows,
      gaps: gapsNow().map(({ fromMs, toMs }) => ({ from: isoTime(fromMs), to: isoTime(toMs) })),
    }),
    gaps: gapsNow,
    async close() {
      closing.abort(new Error('closed'));
      await keeping;
      await state.link.close();
    },
  };
}

interface Keeping extends QueueFeedSettings {
  readonly open: (signal: AbortSignal) => Promise<QueueLink>;
}

/** Resolves when its signal aborts. */
async function keepConnected(state: State, { address, open, say, signal }: Keeping): Promise<void> {
  const closed = new Promise<undefined>((resolve) => {
    signal.addEventListener('abort', () => resolve(undefined), { once: true });
  });
  for (;;) {
    const why = await Promise.race([state.link.ended, closed]);
    if (why === undefined) return;
    const lostAt = Date.now();
    state.lost = why;
    state.losses += 1;
    state.leftover.push(...state.link.take());
    say(`the connection to ${address.shown} is lost (${why}); trying again`);
    await state.link.close();
    const next = await openAgain(state, { address, open, signal });
    if (next === undefined) return;
    state.link = next;
    delete state.lost;
    addGap(state.gaps, { fromMs: state.wholeUntilMs, toMs: Date.now() });
    state.wholeUntilMs = Date.now();
    say(`connected again after ${formatDuration(Date.now() - lostAt)}; what was sent meanwhile is missing`);
  }
}

/** Nothing if the signal aborts first. */
async function openAgain(
  state: State,
  { address, open, signal }: Pick<Keeping, 'address' | 'open' | 'signal'>,
): Promise<QueueLink | undefined> {
  for (let waitMs = FIRST_RETRY_MS; ; waitMs = Math.min(2 * waitMs, LONGEST_RETRY_MS)) {
    try {
      await sleep(waitMs, signal);
      return await open(signal);
    } catch (error) {
      if (signal.aborted) return undefined;
      state.lost = explainBrokerError(error, address);
    }
  }
}

/** Until nothing waits at the broker, or as much has come as there was at the beginning: whoever sends may not hold it up. */
async function* readTexts(
  state: State,
  { limits, say, signal }: Required<QueueFeedSettings>,
): AsyncGenerator<readonly string[]> {
  signal.throwIfAborted();
  let expected = Infinity;
  for (let taken = 0; taken < expected;) {
    const { link } = state;
    const askedAt = Date.now();
    // Asked before anything is taken: since then it has only grown, so a queue that was full still is.
    const waiting = await link.waiting(signal);
    if (waiting !== undefined && waiting >= limits.waiting) {
      if (state.overflows === 0)
        say('the queue was full, so the broker dropped its oldest messages; others may follow');
      state.overflows += 1;
      addGap(state.gaps, { fromMs: state.wholeUntilMs, toMs: Date.now() });
    }
    const texts = [...state.leftover.splice(0), ...link.take()];
    state.messages += texts.length;
    taken += texts.length;
    if (expected === Infinity) expected = taken + (waiting ?? 0);
    if (texts.length > 0) yield texts;
    if (waiting === 0 && link === state.link) state.wholeUntilMs = askedAt;
    if (waiting === undefined || waiting === 0) return;
  }
}

async function readTls(address: QueueAddress): Promise<TlsMaterial> {
  const material: { ca?: Buffer; cert?: Buffer; key?: Buffer } = {};
  for (const name of ['ca', 'cert', 'key'] as const) {
    const path = address.tlsFiles[name];
    if (path === undefined) continue;
    try {
      material[name] = await readFile(path);
    } catch (error) {
      throw refusal(address, `${path} cannot be read (${formatError(error)})`, error);
    }
  }
  return material;
}

function refusal({ shown }: QueueAddress, why: string, cause: unknown): CliError {
  return new CliError('invalid-option', `--ceilometer ${shown}: ${why}`, { cause });
}

function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}
