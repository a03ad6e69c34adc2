import { sleep } from '@nephometer/abortable';
import { createInspectorClient, InspectorError } from '@nephometer/inspector-client';
import { CliError } from '../cli-error.ts';
import { hypervisorOffers } from './choose-hypervisor.ts';
import type { Candidate, HypervisorChoice } from './choose-hypervisor.ts';
import { startService } from './service-process.ts';
import type { LogRecord, ServiceProcess } from './service-process.ts';
import { writeConfig } from './write-config.ts';
import type { DevFiles } from './write-config.ts';

/** What the services of a `dev` run need to know. */
export interface StartSettings {
  /** Where files, sockets and state go. */
  readonly directory: string;
  readonly choice: HypervisorChoice;
  readonly intervalS: number;
  readonly simulatedInstances: number;
  /** Where the system's libvirt has its sockets. Default: /run/libvirt. */
  readonly socketDirectory?: string;
  /** A hypervisor that does not answer within this time is given up for the next one, in ms. Default: 10,000. */
  readonly answerLimitMs?: number;
  /** Called with each record of the services' logs. */
  readonly onLog: (service: string, record: LogRecord) => void;
  readonly signal: AbortSignal;
}

/** An inspector that has a hypervisor, with what it took to get there. */
export interface StartedInspector {
  readonly inspector: ServiceProcess;
  readonly candidate: Candidate;
  readonly files: DevFiles;
  /** Name of the host, as the inspector has it. */
  readonly host: string;
  /** What it reads and why that: "the simulated hypervisor (…), because …". */
  readonly source: string;
}

const inspectorMain = new URL('../../../inspector/src/main.ts', import.meta.url);
const coordinatorMain = new URL('../../../coordinator/src/main.ts', import.meta.url);

const ANSWER_LIMIT_MS = 10_000;
const ASK_AGAIN_MS = 100;

/**
 * Starts an inspector on the first hypervisor that this machine has to offer and that answers. Nothing of those that do not
 * is left behind.
 *
 * @throws CliError `start-failed` if none answers; the signal's reason
 */
export async function startInspector(settings: StartSettings): Promise<StartedInspector> {
  const refusals: string[] = [];
  for await (const offer of hypervisorOffers(settings)) {
    if ('refusal' in offer) {
      refusals.push(offer.refusal);
      continue;
    }
    const { candidate } = offer;
    try {
      const started = await startOn(candidate, settings);
      const because = refusals.length === 0 ? '' : `, because ${refusals.join(', and ')}`;
      return { ...started, candidate, source: `${candidate.title}${because}` };
    } catch (error) {
      await candidate[Symbol.asyncDispose]();
      settings.signal.throwIfAborted();
      if (!(error instanceof InspectorError)) throw error;
      refusals.push(`${candidate.title} does not answer (${error.message})`);
    }
  }
  throw new CliError('start-failed', `no hypervisor to look at: ${refusals.join(', and ')}`);
}

/** Starts the coordinator; its samples come on its standard output. */
export async function startCoordinator(files: DevFiles, settings: StartSettings): Promise<ServiceProcess> {
  const { directory, onLog } = settings;
  return startService({
    name: 'coordinator',
    main: coordinatorMain,
    args: ['--config', files.coordinatorFile],
    directory,
    onLog: (record) => onLog('coordinator', record),
  });
}

async function startOn(
  candidate: Candidate,
  { directory, intervalS, onLog, answerLimitMs = ANSWER_LIMIT_MS, signal }: StartSettings,
): Promise<Omit<StartedInspector, 'candidate' | 'source'>> {
  const files = await writeConfig({ directory, intervalS, hypervisor: candidate.config });
  const inspector = await startService({
    name: 'inspector',
    main: inspectorMain,
    args: ['--config', files.inspectorFile],
    directory,
    onLog: (record) => onLog('inspector', record),
  });
  try {
    await inspector.ready(signal);
    return { inspector, files, host: await askHost(files.inspectorTarget, answerLimitMs, signal) };
  } catch (error) {
    await inspector.stop();
    throw error;
  }
}

/** The host's name, once its hypervisor answers. */
async function askHost(target: string, limitMs: number, signal: AbortSignal): Promise<string> {
  const client = createInspectorClient({ target, deadlineMs: limitMs });
  const giveUpAt = performance.now() + limitMs;
  try {
    for (;;) {
      try {
        return (await client.getHost({ signal })).name;
      } catch (error) {
        signal.throwIfAborted();
        const mayRecover =
          error instanceof InspectorError && (error.code === 'hypervisor-unavailable' || error.code === 'unreachable');
        if (!mayRecover || performance.now() > giveUpAt) throw error;
      }
      await sleep(ASK_AGAIN_MS, signal);
    }
  } finally {
    client.close();
  }
}
