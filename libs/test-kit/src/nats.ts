import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { eventually } from './eventually.ts';
import { freePort } from './free-port.ts';
import { startProcess } from './start-process.ts';
import type { TestProcess } from './start-process.ts';
import { temporaryDirectory } from './temporary-directory.ts';

export interface NatsOptions {
  /** Lines of its configuration file, besides where it listens and keeps its streams. */
  readonly configuration?: readonly string[];
  /** Whether it has JetStream. Default true. */
  readonly hasJetStream?: boolean;
}

/** A NATS server that keeps its streams in a directory of its own. Disposing kills it and removes them. */
export interface TestNats extends AsyncDisposable {
  /** On 127.0.0.1; the same after a restart. */
  readonly port: number;
  /** Of the running process. */
  readonly pid: number;
  /** Connections that clients have to it. */
  connections(): Promise<number>;
  /** Kills it (SIGKILL) and waits for its end; what it acknowledged is kept. */
  stop(): Promise<void>;
  /** Starts it again; resolves when it serves. */
  start(): Promise<void>;
}

/**
 * Starts Debian's `nats-server`.
 *
 * @throws Error with what it wrote if it does not start
 */
export async function startNats({ configuration = [], hasJetStream = true }: NatsOptions = {}): Promise<TestNats> {
  const directory = await temporaryDirectory();
  const [port, monitorPort] = [await freePort(), await freePort()];
  const file = join(directory.path, 'nats.conf');
  const jetStream = hasJetStream ? [`jetstream { store_dir: "${join(directory.path, 'store')}" }`] : [];
  const lines = [`listen: "127.0.0.1:${port}"`, `http: "127.0.0.1:${monitorPort}"`, ...jetStream, ...configuration];
  await writeFile(file, `${lines.join('\n')}\n`);

  const monitor = async (path: string): Promise<Readonly<Record<string, unknown>>> => {
    const answer = await fetch(`http://127.0.0.1:${monitorPort}${path}`);
    if (!answer.ok) throw new Error(`nats-server answered ${answer.status} for ${path}`);
    return (await answer.json()) as Readonly<Record<string, unknown>>;
  };
  let running: TestProcess | undefined;
  const stop = async (): Promise<void> => {
    await running?.[Symbol.asyncDispose]();
    running = undefined;
  };
  const start = async (): Promise<void> => {
    if (running !== undefined) return;
    // The daemon is in sbin, which a normal user's PATH leaves out.
    const env = { PATH: `${process.env['PATH'] ?? ''}:/usr/sbin` };
    const started = await startProcess('/usr/bin/env', ['nats-server', '-c', file], { env });
    running = started;
    let hasEnded = false;
    void started.exit.then(() => {
      hasEnded = true;
    });
    await eventually(async () => {
      if (!hasEnded) await monitor('/healthz');
    });
    if (hasEnded) throw new Error(`nats-server ended; it wrote:\n${started.lines('stderr').join('\n')}`);
  };
  const dispose = async (): Promise<void> => {
    await stop();
    await directory[Symbol.asyncDispose]();
  };
  try {
    await start();
  } catch (error) {
    await dispose();
    throw error;
  }
  return {
    port,
    get pid() {
      return running?.pid ?? 0;
    },
    connections: async () => Number((await monitor('/varz'))['connections']),
    stop,
    start,
    [Symbol.asyncDispose]: dispose,
  };
}
