import { freePort } from './free-port.ts';
import { eventually } from './eventually.ts';
import { startProcess } from './start-process.ts';
import type { TestProcess } from './start-process.ts';

/** A Prometheus Pushgateway that keeps its groups in memory only. Disposing kills it. */
export interface TestPushgateway extends AsyncDisposable {
  /** On 127.0.0.1; the same after a restart. */
  readonly port: number;
  /** What Prometheus would scrape. */
  metrics(): Promise<string>;
  /** Kills it (SIGKILL) and waits for its end; what it had is gone. */
  stop(): Promise<void>;
  /** Starts it again; resolves when it serves. */
  start(): Promise<void>;
}

/**
 * Starts Debian's `prometheus-pushgateway`.
 *
 * @throws Error with what it wrote if it does not start
 */
export async function startPushgateway(): Promise<TestPushgateway> {
  const port = await freePort();
  const address = `127.0.0.1:${port}`;
  let running: TestProcess | undefined;
  const stop = async (): Promise<void> => {
    await running?.[Symbol.asyncDispose]();
    running = undefined;
  };
  const get = async (path: string): Promise<string> => {
    const answer = await fetch(`http://${address}${path}`);
    if (!answer.ok) throw new Error(`the Pushgateway answered ${answer.status} for ${path}`);
    return answer.text();
  };
  const begin = async (): Promise<void> => {
    // Debian's keeps its groups in a file below /var unless it is told otherwise.
    const options = [`--web.listen-address=${address}`, '--persistence.file='];
    const started = await startProcess('prometheus-pushgateway', options);
    running = started;
    let hasEnded = false;
    void started.exit.then(() => {
      hasEnded = true;
    });
    const lines = (): string => started.lines('stderr').join('\n');
    await eventually(async () => {
      // What answers then is somebody else's, who took the port.
      if (hasEnded) return;
      await get('/-/ready');
    });
    if (hasEnded) throw new Error(`prometheus-pushgateway ended; it wrote:\n${lines()}`);
  };
  const start = async (): Promise<void> => {
    if (running !== undefined) return;
    try {
      await begin();
    } catch (error) {
      await stop();
      throw error;
    }
  };
  await start();
  return { port, metrics: () => get('/metrics'), stop, start, [Symbol.asyncDispose]: stop };
}
