import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort } from './free-port.ts';
import { runCommand } from './run-command.ts';
import { startProcess } from './start-process.ts';
import type { TestProcess } from './start-process.ts';
import { temporaryDirectory } from './temporary-directory.ts';

/** What {@link startPrometheus} scrapes. */
export interface ScrapeTarget {
  /** `127.0.0.1:9464` */
  readonly address: string;
  /** Default `/metrics`. */
  readonly path?: string;
}

/** Labels, `__name__` among them, with one value. */
export interface PrometheusSeries<Value> {
  readonly metric: Readonly<Record<string, string>>;
  /** Times are in seconds, numbers are texts: `NaN` and `+Inf` are some, too. */
  readonly value: Value;
}

/** A time in seconds since 1970, and a number as text. */
export type PrometheusPoint = readonly [time: number, value: string];

/** A Prometheus that takes remote write at `/api/v1/write`. */
export interface TestPrometheus extends AsyncDisposable {
  readonly port: number;
  /** `http://127.0.0.1:9090` */
  readonly url: string;
  /** An instant query, for now or for a time in seconds since 1970. */
  query(text: string, time?: number): Promise<readonly PrometheusSeries<PrometheusPoint>[]>;
  /** A range query. Start and end are in seconds since 1970, the step is in seconds. */
  queryRange(
    text: string,
    range: { readonly start: number; readonly end: number; readonly step: number },
  ): Promise<readonly PrometheusSeries<readonly PrometheusPoint[]>[]>;
  /** Kills it (SIGKILL). What it has acknowledged is on its disk. */
  kill(): Promise<void>;
  /** Starts it again, on the same port with the same data. */
  start(): Promise<void>;
}

/** What a Prometheus is started with. */
export interface PrometheusOptions {
  /** Scraped every 200 ms. Default: nothing is. */
  readonly scrape?: readonly ScrapeTarget[];
  /** False: it exists, and begins with `start()`. Default true. */
  readonly isStarted?: boolean;
}

/**
 * Starts Prometheus, which has to be installed, on 127.0.0.1 with its data in a directory of its own. Disposing ends both.
 *
 * @throws Error with what it wrote if it does not become ready
 */
export async function startPrometheus({
  scrape = [],
  isStarted = true,
}: PrometheusOptions = {}): Promise<TestPrometheus> {
  const directory = await temporaryDirectory();
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const configFile = join(directory.path, 'prometheus.yml');
  await writeFile(configFile, configOf(scrape));
  let server: TestProcess | undefined;

  const start = async (): Promise<void> => {
    const started = await startProcess('prometheus', [
      `--config.file=${configFile}`,
      `--storage.tsdb.path=${join(directory.path, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--web.enable-remote-write-receiver',
    ]);
    server = started;
    await started.waitForLine((line) => line.includes('Server is ready to receive web requests'));
  };
  const kill = async (): Promise<void> => {
    await server?.[Symbol.asyncDispose]();
    server = undefined;
  };
  const dispose = async (): Promise<void> => {
    await kill();
    await directory[Symbol.asyncDispose]();
  };
  const ask = async <T>(path: string, parameters: Readonly<Record<string, string>>): Promise<T> => {
    const answer = await fetch(`${url}/api/v1/${path}?${new URLSearchParams(parameters).toString()}`);
    const text = await answer.text();
    if (!answer.ok) throw new Error(`Prometheus answered ${answer.status} to ${path}: ${text}`);
    return (JSON.parse(text) as { readonly data: { readonly result: T } }).data.result;
  };

  if (isStarted) {
    try {
      await start();
    } catch (error) {
      await dispose();
      throw error;
    }
  }
  return {
    port,
    url,
    query: (query, time) => ask('query', { query, ...(time !== undefined && { time: String(time) }) }),
    async queryRange(query, { start: from, end, step }) {
      type Row = Pick<PrometheusSeries<never>, 'metric'> & { readonly values: readonly PrometheusPoint[] };
      const parameters = { query, start: String(from), end: String(end), step: String(step) };
      const rows = await ask<readonly Row[]>('query_range', parameters);
      return rows.map(({ metric, values }) => ({ metric, value: values }));
    },
    kill,
    start,
    [Symbol.asyncDispose]: dispose,
  };
}

function configOf(targets: readonly ScrapeTarget[]): string {
  const jobs = targets.map(({ address, path = '/metrics' }, index) => {
    return { job_name: `job-${index}`, metrics_path: path, static_configs: [{ targets: [address] }] };
  });
  // YAML takes JSON.
  return JSON.stringify({ global: { scrape_interval: '200ms', scrape_timeout: '200ms' }, scrape_configs: jobs });
}

/**
 * What `promtool check metrics` has against a text in Prometheus' format: nothing if it is empty.
 *
 * @throws Error with what it wrote if it has something against it
 */
export function checkMetrics(text: string): Promise<string> {
  return runCommand('promtool', ['check', 'metrics'], { input: text });
}
