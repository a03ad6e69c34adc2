import { ticks } from '@nephometer/abortable';
import { formatProblem } from '@nephometer/service';
import type { Logger, Parsed } from '@nephometer/service';
import { logProblems } from './configuration-log.ts';
import { stampFiles } from './file-stamps.ts';

/** What {@link watchConfiguration} works with. */
export interface ReloadSettings<T> {
  /** Files whose change makes it load again. */
  readonly files: readonly string[];
  /** What {@link stampFiles} said of them before they were read last: a change since then is one. */
  readonly stamp: string;
  /** Reads them, whole; touches nothing that runs. */
  readonly load: () => Promise<Parsed<T>>;
  /** Puts what was loaded in place of what runs; resolves to whether it did, otherwise it has logged why. */
  readonly apply: (value: T) => Promise<boolean>;
  /** Calls its listener when somebody asks for a reload, whether a file has changed or not. */
  readonly onRequest: (listener: () => void) => void;
  /** Told how each attempt ended. */
  readonly onReload: (result: 'applied' | 'refused') => void;
  readonly logger: Logger;
}

/** How often the files are looked at, in ms. A file must have stayed as it is for as long, lest it be read half written. */
const LOOK_MS = 1000;

/**
 * Loads a configuration again when a file of it changes, and on request. A bad one changes nothing: every problem is logged,
 * once, and what runs goes on. Attempts never overlap.
 *
 * Ends only by the abort: rejects with the signal's reason, or with an error of `apply`.
 *
 * @param due when to look, for tests; every second by default
 */
export async function watchConfiguration<T>(
  settings: ReloadSettings<T>,
  signal: AbortSignal,
  due: AsyncIterable<unknown> = ticks({ intervalMs: LOOK_MS, offsetMs: 0 }, signal),
): Promise<never> {
  const { files, stamp, onRequest, logger } = settings;
  let isRequested = false;
  onRequest(() => {
    isRequested = true;
    logger.info('asked to read the configuration again');
  });
  let handled = stamp;
  let before = stamp;
  for await (const _ of due) {
    const now = await stampFiles(files);
    const hasSettled = now === before;
    before = now;
    if (!isRequested && (now === handled || !hasSettled)) continue;
    isRequested = false;
    handled = now;
    await reload(settings);
    signal.throwIfAborted();
  }
  signal.throwIfAborted();
  throw new Error('there are no more times to look at the configuration');
}

async function reload<T>({ files, load, apply, onReload, logger }: ReloadSettings<T>): Promise<void> {
  const loaded = await load();
  for (const warning of loaded.warnings) logger.warn({ problem: formatProblem(warning) }, 'configuration');
  if (!loaded.ok) {
    logProblems(logger, loaded.problems);
    logger.error(
      { files, problems: loaded.problems.length },
      'the new configuration is not used; the running one stays',
    );
    onReload('refused');
    return;
  }
  if (!(await apply(loaded.value))) {
    onReload('refused');
    return;
  }
  logger.info({ files }, 'the new configuration is in use');
  onReload('applied');
}
