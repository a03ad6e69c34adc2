import { statSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { listQueues, queueDirectory, queuePath } from '@nephometer/delivery';
import { CliError } from '../cli-error.ts';
import { escapeControls } from '../text/display-width.ts';
import { nameOf, readSetup } from './publishers.ts';
import type { NamedPublisher, Setup } from './publishers.ts';

/** A queue that there is or may be. */
export interface Place {
  readonly path: string;
  /** Whose it is; absent if nobody knows: its publisher is not in the pipeline, or there is no pipeline to look at. */
  readonly publisher?: NamedPublisher;
  /** The URL by which it was found, if its publisher is not in the pipeline. */
  readonly formerUrl?: string;
}

/** Where the operator says that queues are. */
export interface PlacesInput {
  /** Path of coordinator.yaml. */
  readonly config?: string;
  /** A state directory, without a configuration. */
  readonly stateDir?: string;
  readonly env: Readonly<NodeJS.ProcessEnv>;
  readonly signal: AbortSignal;
}

/** What is known about queues before one is named. */
export interface Places {
  readonly stateDir?: string;
  /** Those of the publishers, in the order of the pipeline, then the other files of the state directory. */
  readonly all: readonly Place[];
}

/**
 * @throws ConfigError if the configuration is faulty; CliError if a state directory that was named is none, or this user may not
 *   look into it; the signal's reason
 */
export async function findPlaces({ config, stateDir, env, signal }: PlacesInput): Promise<Places> {
  if (stateDir !== undefined) checkStateDir(stateDir);
  if (config !== undefined) return placesOf(await readSetup({ file: config, env, signal }), stateDir);
  return stateDir === undefined ? { all: [] } : placesIn(stateDir, []);
}

/** The queues of a configuration. @param stateDir another state directory than its own */
export function placesOf({ config, publishers }: Setup, stateDir: string = config.stateDir): Promise<Places> {
  return placesIn(stateDir, publishers);
}

/** A directory that is misspelt would look like one in which nothing waits. */
function checkStateDir(stateDir: string): void {
  const directory = queueDirectory(stateDir);
  if (isThere(directory)) return;
  const what = 'no coordinator has had a queue there; is it the directory that state_dir names?';
  throw new CliError('queue-not-found', `there is no directory ${directory}: ${what}`);
}

async function placesIn(stateDir: string, publishers: readonly NamedPublisher[]): Promise<Places> {
  const own = publishers.map((publisher) => ({ path: resolve(queuePath(stateDir, publisher.name)), publisher }));
  const known = new Set(own.map(({ path }) => path));
  const files = (await listReadable(stateDir)).map((path) => resolve(path));
  const others = files.filter((path) => !known.has(path)).map((path) => ({ path }));
  return { stateDir, all: [...own, ...others] };
}

async function listReadable(stateDir: string): Promise<readonly string[]> {
  try {
    return await listQueues(stateDir);
  } catch (error) {
    throw accessError(error, queueDirectory(stateDir));
  }
}

/** Whether there is a file, or a directory. Throws a CliError if this user may not know. */
function isThere(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch (error) {
    throw accessError(error, path);
  }
}

function accessError(error: unknown, path: string): unknown {
  if (!(error instanceof Error && 'code' in error && error.code === 'EACCES')) return error;
  const how = 'run this as the user that the coordinator runs as';
  return new CliError('wrong-user', `${path}: this user may not look there; ${how}`, { cause: error });
}

/**
 * The queues that somebody means: each query is a publisher's URL, the beginning of one, or a file.
 *
 * @throws CliError `queue-not-found` if it means none, `ambiguous-queue` if several
 */
export function choosePlaces(queries: readonly string[], places: Places): readonly Place[] {
  const chosen = queries.map((query) => choosePlace(query, places));
  return [...new Map(chosen.map((place) => [place.path, place])).values()];
}

function choosePlace(query: string, { all, stateDir }: Places): Place {
  const byName = all.find(({ publisher }) => publisher?.name === nameOf(query));
  if (byName) return byName;
  const path = resolve(query);
  const byFile = all.find((place) => place.path === path || basename(place.path) === query);
  if (byFile) return byFile;
  if (isThere(path)) return { path };
  // A publisher that is not in the pipeline any more: the file remembers it by its name alone.
  const former = stateDir === undefined ? undefined : resolve(queuePath(stateDir, nameOf(query)));
  const byFormerName = all.find((place) => place.path === former);
  if (byFormerName) return { ...byFormerName, formerUrl: query };

  const candidates = all.filter(({ publisher }) => publisher?.name.startsWith(query));
  const [only, ...more] = candidates;
  const shown = escapeControls(query);
  if (only === undefined) throw new CliError('queue-not-found', `there is no queue "${shown}"${listText(all)}`);
  if (more.length === 0) return only;
  throw new CliError('ambiguous-queue', `"${shown}" may be any of ${candidates.length} queues${listText(candidates)}`);
}

function listText(places: readonly Place[]): string {
  if (places.length === 0) return '';
  return `; there are:${places.map((place) => `\n  ${escapeControls(titleOf(place))}`).join('')}`;
}

/** How a queue is called: by its publisher if that is known. */
export function titleOf({ publisher, formerUrl, path }: Place): string {
  return publisher?.name ?? (formerUrl === undefined ? path : nameOf(formerUrl));
}
