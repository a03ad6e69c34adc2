import { existsSync } from 'node:fs';
import { chmod, chown, mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { eventually } from './eventually.ts';
import { freePort } from './free-port.ts';
import { runCommand } from './run-command.ts';
import { startProcess } from './start-process.ts';
import type { TestProcess } from './start-process.ts';
import { temporaryDirectory } from './temporary-directory.ts';

export interface PostgresOptions {
  /** What the user `postgres` must give. Default: nothing is asked. */
  readonly password?: string;
  /** Settings beside or in place of ours: `{ max_connections: '20' }`. */
  readonly settings?: Readonly<Record<string, string>>;
}

/** A PostgreSQL server with a data directory of its own. Disposing ends it, and its directory goes away. */
export interface TestPostgres extends AsyncDisposable {
  /** On 127.0.0.1; stays the same. */
  readonly port: number;
  /** As the user `postgres`, with the password if there is one: `postgresql://postgres@127.0.0.1:5432/postgres`. */
  url(database?: string): string;
  /** Runs SQL through psql and gives its rows, columns separated by `|`. */
  psql(sql: string, database?: string): Promise<string>;
  /** Ends it at once, as a crash does: clients lose their connections, and what was committed stays. */
  stop(): Promise<void>;
  /** Starts it again, on the same port with the same data. */
  start(): Promise<void>;
}

const USER = 'postgres';

/** Where Debian has each version's programs. */
const VERSIONS = '/usr/lib/postgresql';

/**
 * Starts a PostgreSQL from the distribution, the newest there is; as root it runs as the user `postgres`, since it refuses to be
 * root. It does not wait for the disk, so a crash of the machine would cost its data.
 *
 * @throws Error with what it wrote when it does not start.
 */
export async function startPostgres(options: PostgresOptions = {}): Promise<TestPostgres> {
  const { password, settings = {} } = options;
  const directory = await temporaryDirectory();
  try {
    const programs = await findPrograms();
    const data = join(directory.path, 'data');
    const identity = await ownerOf(directory.path, data);
    await createCluster({ programs, data, identity, directory: directory.path, password });
    const port = await freePort();
    return await serve({ programs, data, identity, port, password, settings, directory });
  } catch (error) {
    await directory[Symbol.asyncDispose]();
    throw error;
  }
}

interface Cluster {
  readonly programs: string;
  readonly data: string;
  /** What goes before a command so that it does not run as root; empty if it would not. */
  readonly identity: readonly string[];
  readonly password: string | undefined;
}

async function findPrograms(): Promise<string> {
  const versions = await readdir(VERSIONS).catch(() => []);
  const newestFirst = versions.toSorted((left, right) => Number(right) - Number(left));
  const places = newestFirst.map((version) => join(VERSIONS, version, 'bin'));
  // Where only the client of a version is installed there is psql and no server.
  const found = places.find((place) => existsSync(join(place, 'initdb')));
  if (found === undefined) throw new Error(`no PostgreSQL in ${VERSIONS}; install the package postgresql`);
  return found;
}

/** Makes the data directory, and finds out who is to own it. */
async function ownerOf(directory: string, data: string): Promise<readonly string[]> {
  await mkdir(data, { mode: 0o700 });
  if (process.getuid?.() !== 0) return [];
  const [uid = 0, gid = 0] = (await Promise.all(['-u', '-g'].map((flag) => runCommand('id', [flag, USER])))).map(
    Number,
  );
  await chown(data, uid, gid);
  // The way to it; names in it need not be listed.
  await chmod(directory, 0o711);
  return ['setpriv', `--reuid=${USER}`, `--regid=${USER}`, '--init-groups'];
}

async function createCluster({
  programs,
  data,
  identity,
  directory,
  password,
}: Cluster & { directory: string }): Promise<void> {
  const passwordFile = join(directory, 'password');
  if (password !== undefined) await writeFile(passwordFile, password, { mode: 0o644 });
  const ways = password === undefined ? ['--auth=trust'] : ['--auth=scram-sha-256', `--pwfile=${passwordFile}`];
  const words = [
    ...identity,
    join(programs, 'initdb'),
    '-D',
    data,
    '-U',
    USER,
    '-E',
    'UTF8',
    '--locale=C.UTF-8',
    '-N',
    ...ways,
  ];
  await runCommand(words[0] ?? '', words.slice(1));
}

async function serve(
  cluster: Cluster & {
    readonly port: number;
    readonly settings: Readonly<Record<string, string>>;
    readonly directory: AsyncDisposable;
  },
): Promise<TestPostgres> {
  const { programs, data, identity, port, password, settings, directory } = cluster;
  const all: Readonly<Record<string, string>> = {
    listen_addresses: '127.0.0.1',
    port: String(port),
    unix_socket_directories: '',
    fsync: 'off',
    shared_buffers: '32MB',
    ...settings,
  };
  const flags = Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const words = [...identity, join(programs, 'postgres'), '-D', data, ...flags];
  let running: TestProcess | undefined;

  const url = (database = USER): string => {
    const user = password === undefined ? USER : `${USER}:${encodeURIComponent(password)}`;
    return `postgresql://${user}@127.0.0.1:${port}/${database}`;
  };
  const psql = async (sql: string, database?: string): Promise<string> =>
    (await runCommand('psql', ['-XqAt', '-v', 'ON_ERROR_STOP=1', '-d', url(database)], { input: sql })).trim();
  const stop = async (): Promise<void> => {
    // Its children are in groups of their own; this ends them too, without a word to clients.
    running?.kill('SIGQUIT');
    await running?.exit;
    await running?.[Symbol.asyncDispose]();
    running = undefined;
  };
  const start = async (): Promise<void> => {
    if (running !== undefined) return;
    running = await startProcess(words[0] ?? '', words.slice(1));
    const started = running;
    const ended = started.exit.then(() => true);
    const failure = await eventually(async () => {
      // Whoever answers after its end is somebody else, who has the port now.
      if (await Promise.race([ended, Promise.resolve(false)]))
        return `it ended and wrote:\n${started.lines('stderr').join('\n')}`;
      await psql('SELECT 1');
      return undefined;
    });
    if (failure !== undefined) throw new Error(`PostgreSQL did not start; ${failure}`);
  };
  const dispose = async (): Promise<void> => {
    await stop();
    await directory[Symbol.asyncDispose]();
  };
  await start().catch(async (error: unknown) => {
    await stop();
    throw error;
  });
  return { port, url, psql, stop, start, [Symbol.asyncDispose]: dispose };
}
