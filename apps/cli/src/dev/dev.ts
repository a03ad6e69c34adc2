import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ReadStream, WriteStream } from 'node:tty';
import { CliError } from '../cli-error.ts';
import type { HypervisorChoice } from './choose-hypervisor.ts';
import { parseSample } from './parse-sample.ts';
import { readLines } from './read-lines.ts';
import type { LogRecord, ServiceProcess } from './service-process.ts';
import { openDisplay } from './show-samples.ts';
import type { Display } from './show-samples.ts';
import { startCoordinator, startInspector } from './start-services.ts';
import type { StartSettings } from './start-services.ts';

/** What `nephometer dev` is asked. */
export interface DevSettings {
  readonly hypervisor: HypervisorChoice;
  /** Seconds between two readings. */
  readonly intervalS: number;
  /** Instances of the simulated hypervisor, if it comes to that. */
  readonly simulatedInstances: number;
  readonly stdout: WriteStream;
  readonly stderr: WriteStream;
  readonly stdin: ReadStream;
  readonly env: Readonly<NodeJS.ProcessEnv>;
  readonly signal: AbortSignal;
}

/** The person at the keyboard has had enough. */
class QuitRequest extends Error {
  override readonly name = 'QuitRequest';
}

const WARNING_LEVELS: ReadonlySet<unknown> = new Set(['warn', 'error', 'fatal']);

/**
 * Runs an inspector and a coordinator on what this machine has, and shows their samples until asked to stop. Everything
 * that was started is stopped in the order of the flow then: coordinator, inspector, libvirtd, files.
 *
 * Resolves when `signal` aborts or the person quits.
 *
 * @throws CliError if a service does not start, or ends by itself
 */
export async function dev(settings: DevSettings): Promise<void> {
  const controller = new AbortController();
  const { signal } = controller;
  const forward = (): void => controller.abort(settings.signal.reason);
  settings.signal.addEventListener('abort', forward, { once: true });
  try {
    settings.signal.throwIfAborted();
    await runUntilAborted(settings, controller);
  } catch (error) {
    if (settings.signal.aborted) return;
    if (signal.aborted && signal.reason instanceof QuitRequest) return;
    throw error;
  } finally {
    settings.signal.removeEventListener('abort', forward);
  }
}

async function runUntilAborted(settings: DevSettings, controller: AbortController): Promise<never> {
  const { signal } = controller;
  // What has been started, to be stopped the other way round. Not `await using`, which Node 22 does not know.
  const closers: (() => PromiseLike<unknown>)[] = [];
  try {
    const directory = await mkdtemp(join(tmpdir(), 'nephometer-dev-'));
    closers.push(() => rm(directory, { recursive: true, force: true }));

    const notices = createNotices();
    const start: StartSettings = {
      directory,
      choice: settings.hypervisor,
      intervalS: settings.intervalS,
      simulatedInstances: settings.simulatedInstances,
      onLog: (service, record) => {
        if (WARNING_LEVELS.has(record.level)) notices.add(`${service}: ${describeRecord(record)}`);
      },
      signal,
    };
    const { inspector, candidate, files, host, source } = await startInspector(start);
    closers.push(() => candidate[Symbol.asyncDispose]());
    closers.push(() => inspector.stop());
    const coordinator = await startCoordinator(files, start);
    closers.push(() => coordinator.stop());
    await coordinator.ready(signal);
    for (const service of [inspector, coordinator]) abortWhenEnded(service, controller);

    const { intervalS, stdout, stderr, stdin, env } = settings;
    const facts = { host, source, inspector: files.inspectorTarget, intervalS };
    const onQuit = (): void => controller.abort(new QuitRequest());
    const display = await openDisplay({ facts, stdout, stderr, stdin, env, onQuit, signal });
    closers.push(async () => display[Symbol.dispose]());
    notices.showOn(display);
    void showSamples(coordinator, display, controller);
    return await aborted(signal);
  } finally {
    for (const close of closers.reverse()) await close();
  }
}

interface Notices {
  add(text: string): void;
  /** What has come before this call is shown as well. */
  showOn(display: Display): void;
}

/** Services may warn of something before there is a display. */
function createNotices(): Notices {
  const early: string[] = [];
  let display: Display | undefined;
  return {
    add(text) {
      if (display === undefined) early.push(text);
      else display.notice(text);
    },
    showOn(opened) {
      display = opened;
      for (const text of early.splice(0)) display.notice(text);
    },
  };
}

/** Shows samples until the coordinator has ended; after an abort what it still flushes is read, for it to end. */
async function showSamples(coordinator: ServiceProcess, display: Display, controller: AbortController): Promise<void> {
  try {
    for await (const lines of readLines(coordinator.stdout)) {
      if (controller.signal.aborted) continue;
      await display.show(lines.map(parseSample).filter((sample) => sample !== undefined)).catch((error: unknown) => {
        controller.abort(error);
      });
    }
  } catch (error) {
    controller.abort(error);
  }
}

function abortWhenEnded(service: ServiceProcess, controller: AbortController): void {
  void service.ended.then((how) => {
    const log = service.logTail();
    controller.abort(
      new CliError(
        'service-ended',
        `the ${service.name} has ended (${how})${log === '' ? '' : `; the last lines of its log:\n${log}`}`,
      ),
    );
  });
}

function describeRecord({ msg, err }: LogRecord): string {
  const message = typeof err === 'object' && err !== null && 'message' in err ? `: ${String(err.message)}` : '';
  return `${String(msg)}${message}`;
}

/** Rejects with the signal's reason once there is one. */
function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason as Error);
    else signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  });
}
