import { raceAbort } from '@nephometer/abortable';
import { durationFromMs } from '@nephometer/inspector-api';
import type { DaemonLimits } from '@nephometer/inspector-api';
import { isNoSupport, LibvirtError } from '@nephometer/libvirt';
import type { DaemonLimits as Limits } from '@nephometer/libvirt';
import type { HostFacts } from '../hypervisor.ts';
import { supportedGroups } from './groups.ts';
import type { StatisticsReader } from './reading/read-statistics.ts';
import type { OnCall, Session } from './session.ts';
import { tryReadDaemonLimits } from './try-read-daemon-limits.ts';

/** libvirt's limit of one question for cells. */
const maxCells = 1024;

/** What the facts are read with. */
export interface HostContext {
  readonly session: Session;
  readonly reader: StatisticsReader;
  readonly onCall: OnCall;
}

/** Facts of the host, read anew. What this driver cannot tell is absent. */
export async function readHost({ session, reader, onCall }: HostContext, signal: AbortSignal): Promise<HostFacts> {
  const { questions, abilities } = session;
  const options = { signal };
  const optional = async <T>(procedure: string, ask: () => Promise<T>): Promise<T | undefined> => {
    onCall(procedure);
    try {
      return await ask();
    } catch (error) {
      signal.throwIfAborted();
      // A driver without NUMA or version says so in more ways than one.
      if (isNoSupport(error) || (error instanceof LibvirtError && error.code === 'libvirt')) return undefined;
      throw error;
    }
  };
  const node = await optional('get-node-info', () => questions.getNodeInfo(options));
  const cells = await optional('get-cells-free-memory', () => questions.getCellsFreeMemory(0, maxCells, options));
  const limits = await tryReadDaemonLimits(questions.socketPath, signal);
  const { protection } = reader;
  const version = await raceAbort(session.hypervisorVersion, signal);
  return {
    daemon: questions.daemon,
    socket: questions.socketPath,
    hypervisorType: session.hypervisorType,
    hypervisorVersion: version === undefined ? undefined : versionText(Number(version)),
    libvirtVersion: versionText(abilities.libvirtVersion),
    cpuModel: node?.model,
    cpus: node?.cpus,
    cpuMhz: node?.mhz,
    sockets: node?.sockets,
    cores: node?.coresPerSocket,
    threads: node?.threadsPerCore,
    memoryKib: node?.memoryKib,
    numaCells: (cells ?? []).map((freeBytes, number) => ({ number, freeKib: freeBytes / 1024n })),
    supportedGroups: supportedGroups(abilities),
    ...(limits !== undefined && { daemonLimits: daemonLimits(limits) }),
    hangProtection: {
      stuckCalls: protection.stuckCalls,
      stuckCallsMaximum: protection.maxStuckCalls,
      hedgeDeadline: durationFromMs(protection.hedgeDeadlineMs),
    },
  };
}

function daemonLimits(limits: Limits): DaemonLimits {
  return {
    workersMaximum: limits.maxWorkers,
    workersCurrent: limits.workers,
    workersFree: limits.freeWorkers,
    priorityWorkers: limits.priorityWorkers,
    callsQueued: limits.queuedCalls,
    clientsMaximum: limits.maxClients,
    clientsCurrent: limits.clients,
  };
}

/** `major * 10^6 + minor * 10^3 + micro` as "major.minor.micro". */
export function versionText(version: number): string {
  return [Math.floor(version / 1_000_000), Math.floor(version / 1000) % 1000, version % 1000].join('.');
}
