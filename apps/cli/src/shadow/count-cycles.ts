import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import { withDeadline } from '@nephometer/abortable';

const ANSWER_LIMIT_MS = 10_000;

const CYCLES = /^nephometer_coordinator_cycle_duration_seconds_count\{[^}]*\btask="([^"]*)"[^}]*\} (\d+)$/gm;

/**
 * Asks a coordinator how many cycles each of its tasks has finished, by the task's name; a task without one is left out.
 *
 * @param socket unix socket of its HTTP server
 * @throws an error of the connection; DeadlineError without an answer within 10 s; the signal's reason
 */
export async function countCycles(socket: string, signal: AbortSignal): Promise<ReadonlyMap<string, number>> {
  return parseCycles(await withDeadline(signal, ANSWER_LIMIT_MS, (deadline) => get(socket, '/metrics', deadline)));
}

/** The same from the text of `/metrics`. */
export function parseCycles(metrics: string): ReadonlyMap<string, number> {
  return new Map([...metrics.matchAll(CYCLES)].map(([, task = '', count]) => [task, Number(count)]));
}

function get(socketPath: string, path: string, signal: AbortSignal): Promise<string> {
  return new Promise((resolve, reject) => {
    const call = request({ socketPath, path, signal, agent: false }, (answer) => {
      text(answer).then(resolve, reject);
    });
    call.once('error', (error) => reject(signal.aborted ? (signal.reason as Error) : error));
    call.end();
  });
}
