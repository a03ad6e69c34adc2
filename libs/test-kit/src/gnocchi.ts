import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { eventually } from './eventually.ts';
import { freePort } from './free-port.ts';
import { runCommand } from './run-command.ts';
import { startPostgres } from './start-postgres.ts';
import type { TestPostgres } from './start-postgres.ts';
import { startProcess } from './start-process.ts';
import type { TestProcess } from './start-process.ts';
import { temporaryDirectory } from './temporary-directory.ts';

/** A Gnocchi with its API, its worker and a PostgreSQL of its own. Disposing ends all of it. */
export interface TestGnocchi extends AsyncDisposable {
  /** Of the API, on 127.0.0.1; the same after a restart. Basic authentication; the user `admin` may do everything. */
  readonly port: number;
  /**
   * What stands at a path below `/v1/`, as the user `admin`.
   *
   * @throws Error with what Gnocchi answered, if it is not a success
   */
  get(path: string): Promise<unknown>;
  /** {@link get} with a method and a body. */
  ask(method: 'POST' | 'PATCH' | 'PUT' | 'DELETE', path: string, body?: unknown): Promise<unknown>;
  /** What is stored of a metric, once what arrived has been worked in: `[time, granularity in seconds, value]`, in order of time. */
  measures(resourceType: string, resourceId: string, metric: string, aggregation?: string): Promise<readonly Measure[]>;
  /** Ends API and worker at once, as a crash does; what was stored stays. */
  stop(): Promise<void>;
  start(): Promise<void>;
}

/** What Gnocchi says of a metric at a time. */
export type Measure = readonly [time: string, granularityS: number, value: number];

/** Python programs of the distribution, whatever other Python is in front of it. */
const ENVIRONMENT = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', PYTHONPATH: undefined, PYTHONHOME: undefined };

/** Answers of an API that hangs are not waited for. */
const ANSWER_DEADLINE_MS = 20_000;

/**
 * Starts Debian's Gnocchi, with nothing in it but the archive policies it brings along: no resource types. Takes some ten seconds.
 *
 * @throws Error with what it wrote if it does not start
 */
export async function startGnocchi(): Promise<TestGnocchi> {
  const directory = await temporaryDirectory();
  const postgres = await startPostgres();
  const port = await freePort();
  const config = join(directory.path, 'gnocchi.conf');
  const end = async (): Promise<void> => {
    await postgres[Symbol.asyncDispose]();
    await directory[Symbol.asyncDispose]();
  };
  try {
    await writeFile(config, configText({ directory: directory.path, postgres, port }));
    const words = ['-u', 'PYTHONPATH', `PATH=${ENVIRONMENT.PATH}`, 'gnocchi-upgrade', '--config-file', config];
    await postgres.psql('CREATE DATABASE gnocchi');
    await runCommand('env', [...words, '--sacks-number', '2']);
    const gnocchi = await serve(config, port);
    return {
      ...gnocchi,
      [Symbol.asyncDispose]: async () => {
        await gnocchi.stop();
        await end();
      },
    };
  } catch (error) {
    await end();
    throw error;
  }
}

function configText({
  directory,
  postgres,
  port,
}: {
  readonly directory: string;
  readonly postgres: TestPostgres;
  readonly port: number;
}): string {
  return `[DEFAULT]
coordination_url = file://${directory}
parallel_operations = 2
[api]
auth_mode = basic
host = 127.0.0.1
port = ${port}
[indexer]
url = ${postgres.url('gnocchi')}
[storage]
driver = file
file_basepath = ${directory}
[metricd]
workers = 1
metric_processing_delay = 1
metric_reporting_delay = -1
`;
}

async function serve(config: string, port: number): Promise<Omit<TestGnocchi, typeof Symbol.asyncDispose>> {
  let running: TestProcess[] = [];

  const ask = async (method: string, path: string, body?: unknown): Promise<unknown> => {
    const answer = await fetch(`http://127.0.0.1:${port}/v1/${path}`, {
      method,
      headers: { Authorization: `Basic ${btoa('admin:')}`, 'Content-Type': 'application/json', Connection: 'close' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(ANSWER_DEADLINE_MS),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`Gnocchi answered ${answer.status} to ${method} ${path}: ${text}`);
    return text === '' ? undefined : JSON.parse(text);
  };
  const stop = async (): Promise<void> => {
    await Promise.all(running.map((process) => process[Symbol.asyncDispose]()));
    running = [];
  };
  const begin = async (): Promise<void> => {
    const options = { env: ENVIRONMENT, ownGroup: true };
    running.push(await startProcess('uwsgi', apiArguments(config, port), options));
    running.push(await startProcess('gnocchi-metricd', ['--config-file', config], options));
    const ended = Promise.race(running.map(({ exit }) => exit)).then(() => true);
    const failed = await eventually(async () => {
      if (await Promise.race([ended, Promise.resolve(false)])) return true;
      await ask('GET', 'status');
      return false;
    });
    if (!failed) return;
    const wrote = running.flatMap((process) => [...process.lines('stderr'), ...process.lines('stdout')].slice(-20));
    throw new Error(`Gnocchi ended; it wrote:\n${wrote.join('\n')}`);
  };
  const start = async (): Promise<void> => {
    if (running.length > 0) return;
    try {
      await begin();
    } catch (error) {
      await stop();
      throw error;
    }
  };
  await start();
  return {
    port,
    get: (path) => ask('GET', path),
    ask,
    measures: async (resourceType, resourceId, metric, aggregation = 'mean') => {
      const query = `aggregation=${encodeURIComponent(aggregation)}&refresh=true`;
      const id = encodeURIComponent(resourceId);
      return (await ask('GET', `resource/${resourceType}/${id}/metric/${metric}/measures?${query}`)) as Measure[];
    },
    stop,
    start,
  };
}

function apiArguments(config: string, port: number): string[] {
  return [
    ...['--plugin', 'python3', '--http-socket', `127.0.0.1:${port}`, '--master', '--enable-threads'],
    ...['--processes', '1', '--threads', '4', '--lazy-apps', '--die-on-term', '--buffer-size', '65535'],
    // Its HTTP server is a simple one: it would leave what it has not read of a request to the next one of the connection.
    ...['--add-header', 'Connection: close', '--chdir', '/'],
    ...['--wsgi', 'gnocchi.rest.wsgi', '--pyargv', `--config-file ${config}`],
  ];
}
