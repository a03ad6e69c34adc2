import { raceAbort } from '@nephometer/abortable';
import { isNoSupport, LibvirtError } from '@nephometer/libvirt';
import type { HostFacts } from '../hypervisor.ts';
import { supportedGroups } from './groups.ts';
import type { OnCall, Session } from './session.ts';

/** libvirt's limit of one question for cells. */
const maxCells = 1024;

/** Facts of the host, read anew. What this driver cannot tell is absent. */
export async function readHost(session: Session, onCall: OnCall, signal: AbortSignal): Promise<HostFacts> {
  const { probe, abilities } = session;
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
  const node = await optional('get-node-info', () => probe.getNodeInfo(options));
  const cells = await optional('get-cells-free-memory', () => probe.getCellsFreeMemory(0, maxCells, options));
  const version = await raceAbort(session.hypervisorVersion, signal);
  return {
    daemon: probe.daemon,
    socket: probe.socketPath,
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
  };
}

/** `major * 10^6 + minor * 10^3 + micro` as "major.minor.micro". */
export function versionText(version: number): string {
  return [Math.floor(version / 1_000_000), Math.floor(version / 1000) % 1000, version % 1000].join('.');
}
