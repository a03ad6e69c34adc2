import { performance } from 'node:perf_hooks';
import { statImage } from './stat-image.ts';
import type { ImageStat, StatImage } from './stat-image.ts';

/** What the sizes are made of; all have defaults. */
export interface ImageSizesSettings {
  readonly statImage?: StatImage;
  /** Milliseconds since any moment; never goes back. */
  readonly now?: () => number;
}

/**
 * Sizes of images as the file system tells them. 100 of them on healthy storage take about 2 ms.
 *
 * Storage that is dead answers nothing, for ever, and each question keeps one of the four threads that Node has for all
 * file work. Therefore:
 * - images are looked at one after the other; a question that takes longer than its reading waits is late
 * - while one is late, no image on its file system is looked at, and none whose file system is not known yet
 * - with two late ones no image is looked at: these are all the threads that can be stuck
 * - each of this ends when the late question is answered
 */
export interface ImageSizes {
  /**
   * Sizes by path. Those who could not be looked at in time have the last size known, at most 15 minutes old; those who
   * cannot be seen (no right, no file) or are not known are left out. Several at once share their questions.
   *
   * Rejects with the reason of `signal` and with nothing else.
   *
   * @param patienceMs longest time to take, in milliseconds; with 0 or less nothing is asked
   */
  read(paths: ReadonlySet<string>, patienceMs: number, signal: AbortSignal): Promise<ReadonlyMap<string, bigint>>;
}

interface Known extends ImageStat {
  readonly atMs: number;
}

/** A question that the file system has not answered. */
interface Question {
  /** Where it hangs if it does; `undefined` as long as the image has never been seen. */
  readonly fileSystem: number | undefined;
  readonly answered: Promise<void>;
  /** A reading ended its wait for it. */
  isLate: boolean;
}

const maxLate = 2;
/** Longer than the usual time between two readings, which is up to 10 minutes: there is always one from before. */
const keepMs = 15 * 60_000;

/** Knows no size at first. */
export function createImageSizes(settings: ImageSizesSettings = {}): ImageSizes {
  const { statImage: look = statImage, now = () => performance.now() } = settings;
  const known = new Map<string, Known>();
  const unanswered = new Set<Question>();

  const ask = (path: string): void => {
    const learn = (image: ImageStat | undefined): void => {
      unanswered.delete(question);
      if (image === undefined) known.delete(path);
      else known.set(path, { ...image, atMs: now() });
    };
    const answered = look(path).then(learn, () => learn(undefined));
    const question: Question = { fileSystem: known.get(path)?.fileSystem, answered, isLate: false };
    unanswered.add(question);
  };
  const mayAsk = (path: string): boolean => {
    if (unanswered.size === 0) return true;
    const fileSystem = known.get(path)?.fileSystem;
    if (unanswered.size >= maxLate || fileSystem === undefined) return false;
    return [...unanswered].every((late) => late.fileSystem !== fileSystem);
  };
  /** The question that some reading still waits for. */
  const current = (): Question | undefined => [...unanswered].find(({ isLate }) => !isLate);

  const askAll = async (paths: ReadonlySet<string>, patience: Patience): Promise<void> => {
    const startedAtMs = now();
    const lastSeenMs = (path: string): number => known.get(path)?.atMs ?? -Infinity;
    // Storage too slow for all of them in one reading gets to each in turn.
    for (const path of [...paths].sort((a, b) => order(lastSeenMs(a), lastSeenMs(b)))) {
      await waitFor(current, patience);
      if (patience.isOver) return;
      // Another reading may have asked while this one waited.
      if (lastSeenMs(path) < startedAtMs && mayAsk(path)) ask(path);
    }
    await waitFor(current, patience);
  };

  return {
    async read(paths, patienceMs, signal) {
      signal.throwIfAborted();
      for (const [path, { atMs }] of known) if (now() - atMs > keepMs) known.delete(path);
      if (patienceMs > 0) await withPatience(patienceMs, signal, (patience) => askAll(paths, patience));
      signal.throwIfAborted();
      const sizes = new Map<string, bigint>();
      for (const path of paths) {
        const sizeBytes = known.get(path)?.sizeBytes;
        if (sizeBytes !== undefined) sizes.set(path, sizeBytes);
      }
      return sizes;
    },
  };
}

/** Infinite ones are equal, which their difference does not say. */
function order(a: number, b: number): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** The time that a reading has. */
interface Patience {
  /** It has passed, or nobody waits any more. */
  readonly isOver: boolean;
  /** Resolves then. */
  readonly over: Promise<void>;
}

async function withPatience(
  ms: number,
  signal: AbortSignal,
  work: (patience: Patience) => Promise<void>,
): Promise<void> {
  const { promise: over, resolve } = Promise.withResolvers<void>();
  const patience = { isOver: false, over };
  const end = (): void => {
    patience.isOver = true;
    resolve();
  };
  const timer = setTimeout(end, ms);
  signal.addEventListener('abort', end, { once: true });
  try {
    await work(patience);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', end);
  }
}

/** Waits until there is no current question; one that outlasts the patience becomes late. */
async function waitFor(current: () => Question | undefined, patience: Patience): Promise<void> {
  for (let question = current(); question !== undefined && !patience.isOver; question = current()) {
    await Promise.race([question.answered, patience.over]);
    if (patience.isOver) question.isLate = true;
  }
}
