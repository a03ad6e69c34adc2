import { mapLimit } from '@nephometer/abortable';
import { isNoDomain, isNoSupport, isOperationInvalid, LibvirtError } from '@nephometer/libvirt';
import type { Connection, Domain, TypedParam } from '@nephometer/libvirt';
import { MissingReason, StatisticsGroup } from '@nephometer/inspector-api';
import type { Instance } from '@nephometer/inspector-api';
import type { Failure } from '../judge.ts';
import type { OnCall } from '../session.ts';
import type { DomainRecord, DomainsRequest } from './record.ts';

/** Domains read at the same time; each has one call under way. libvirt stops reading a client at five. */
const maxDomains = 3;

/** How domains are read call by call. */
export interface OneByOneOptions {
  readonly connection: Connection;
  readonly onCall: OnCall;
  /** How long one call for one domain may take, in milliseconds. */
  readonly callTimeoutMs: number;
  /** Only calls that do not wait for a guest, however it hangs. */
  readonly monitorFree: boolean;
}

/**
 * Reads domains call by call, as records under the names of the bulk call, so that they are mapped like those. A call
 * that fails costs its domain what it would have told; a domain that has vanished is left out.
 *
 * Rejects with the reason of `signal`, or the LibvirtError that ended the connection.
 */
export async function readOneByOne(
  options: OneByOneOptions,
  { domains, groups, descriptionOf }: DomainsRequest,
  signal: AbortSignal,
): Promise<DomainRecord[]> {
  const records = await mapLimit(
    domains,
    maxDomains,
    (domain, each) => readDomain({ ...options, domain, groups, description: descriptionOf(domain.uuid) }, each),
    signal,
  );
  return records.filter((record) => record !== undefined);
}

interface Task extends OneByOneOptions {
  readonly domain: Domain;
  readonly groups: ReadonlySet<StatisticsGroup>;
  readonly description: Instance | undefined;
}

async function readDomain(task: Task, signal: AbortSignal): Promise<DomainRecord | undefined> {
  const { connection, domain, onCall } = task;
  try {
    onCall('get-state');
    const { state, reason } = await connection.getState(domain, { signal, timeoutMs: task.callTimeoutMs });
    const off = state === shutOff;
    const params = new Params();
    params.int('state.state', state);
    params.int('state.reason', reason);
    const attempts = createAttempts(task, signal);
    await readInfo(task, params, attempts, off);
    if (!off) {
      await readVcpusAndVnics(task, params, attempts);
      if (!task.monitorFree) await readMemoryAndDisks(task, params, attempts);
    }
    // The bulk call's sign of an inactive domain.
    return {
      domain: { ...domain, id: off ? -1 : Math.max(0, domain.id) },
      params: params.list,
      failures: attempts.failures,
    };
  } catch (error) {
    signal.throwIfAborted();
    if (isNoDomain(error)) return undefined;
    if (!isOfOneCall(error)) throw error;
    return { domain, params: [], failures: [failureOf(error, StatisticsGroup.STATE, [])] };
  }
}

/** libvirt's number of the state SHUT_OFF. */
const shutOff = 5;

/** Calls whose failure costs no more than what they would have told. */
interface Attempts {
  readonly failures: Failure[];
  /** Makes the call if one of the groups was asked for; a failure is one of these groups, or of their `fields`. */
  make(groups: readonly StatisticsGroup[], fields: readonly string[], procedure: string, read: Read): Promise<void>;
}

type Read = (options: { readonly signal: AbortSignal; readonly timeoutMs: number }) => Promise<void>;

function createAttempts({ groups, onCall, callTimeoutMs }: Task, signal: AbortSignal): Attempts {
  const failures: Failure[] = [];
  return {
    failures,
    async make(ofGroups, fields, procedure, read) {
      const asked = ofGroups.filter((group) => groups.has(group));
      if (asked.length === 0) return;
      onCall(procedure);
      try {
        await read({ signal, timeoutMs: callTimeoutMs });
      } catch (error) {
        signal.throwIfAborted();
        if (isNoDomain(error) || !isOfOneCall(error)) throw error;
        for (const group of asked) failures.push(failureOf(error, group, fields));
      }
    },
  };
}

const trafficFields = ['read_requests', 'read_bytes', 'write_requests', 'write_bytes', 'errors'];
const sizeFields = ['allocation_bytes', 'capacity_bytes', 'physical_bytes'];

function ofDevice(device: string, fields: readonly string[]): string[] {
  return fields.map((field) => `${device}.${field}`);
}

async function readInfo(task: Task, params: Params, attempts: Attempts, off: boolean): Promise<void> {
  const { connection, domain, groups, description } = task;
  const infoGroups = [StatisticsGroup.CPU, StatisticsGroup.VCPU, StatisticsGroup.MEMORY];
  await attempts.make(infoGroups, [], 'get-info', async (options) => {
    const info = await connection.getInfo(domain, options);
    // For a domain that is off libvirt tells the CPU time of its own daemon.
    if (groups.has(StatisticsGroup.CPU) && !off) params.ullong('cpu.time', info.cpuTimeNs);
    if (groups.has(StatisticsGroup.VCPU)) {
      params.uint('vcpu.current', info.vcpuCount);
      params.uint('vcpu.maximum', description?.vcpusMaximum ?? info.vcpuCount);
    }
    if (groups.has(StatisticsGroup.MEMORY)) {
      params.ullong('balloon.current', info.memoryKib);
      params.ullong('balloon.maximum', info.maxMemoryKib);
    }
  });
}

async function readVcpusAndVnics(task: Task, params: Params, attempts: Attempts): Promise<void> {
  const { connection, domain, groups, description } = task;
  await attempts.make([StatisticsGroup.VCPU], ['vcpus'], 'get-vcpus', async (options) => {
    for (const { number, state, cpuTimeNs } of (await connection.getVcpus(domain, {}, options)).vcpus) {
      params.int(`vcpu.${number}.state`, state);
      params.ullong(`vcpu.${number}.time`, cpuTimeNs);
    }
  });
  for (const [index, { device }] of (description?.vnics ?? []).entries()) {
    if (device === undefined) continue;
    if (groups.has(StatisticsGroup.VNIC)) params.text(`net.${index}.name`, device);
    await attempts.make([StatisticsGroup.VNIC], [device], 'get-interface-stats', async (options) => {
      const stats = await connection.getInterfaceStats(domain, device, options);
      params.counter(`net.${index}.rx.bytes`, stats.rxBytes);
      params.counter(`net.${index}.rx.pkts`, stats.rxPackets);
      params.counter(`net.${index}.rx.errs`, stats.rxErrors);
      params.counter(`net.${index}.rx.drop`, stats.rxDrops);
      params.counter(`net.${index}.tx.bytes`, stats.txBytes);
      params.counter(`net.${index}.tx.pkts`, stats.txPackets);
      params.counter(`net.${index}.tx.errs`, stats.txErrors);
      params.counter(`net.${index}.tx.drop`, stats.txDrops);
    });
  }
}

async function readMemoryAndDisks(task: Task, params: Params, attempts: Attempts): Promise<void> {
  const { connection, domain, groups, description } = task;
  await attempts.make([StatisticsGroup.MEMORY], [], 'get-memory-stats', async (options) => {
    for (const { name, value } of await connection.getMemoryStats(domain, options)) {
      // Told by DOMAIN_GET_INFO under the name of the bulk call.
      if (name === 'actual_balloon') continue;
      params.ullong(name === 'last_update' ? 'balloon.last-update' : `balloon.${name}`, value);
    }
  });
  for (const [index, { device }] of (description?.disks ?? []).entries()) {
    if (groups.has(StatisticsGroup.DISK)) params.text(`block.${index}.name`, device);
    await attempts.make([StatisticsGroup.DISK], ofDevice(device, trafficFields), 'get-block-stats', async (options) => {
      const stats = await connection.getBlockStats(domain, device, options);
      params.counter(`block.${index}.rd.reqs`, stats.readRequests);
      params.counter(`block.${index}.rd.bytes`, stats.readBytes);
      params.counter(`block.${index}.wr.reqs`, stats.writeRequests);
      params.counter(`block.${index}.wr.bytes`, stats.writeBytes);
      params.counter(`block.${index}.errors`, stats.errors);
    });
    await attempts.make([StatisticsGroup.DISK], ofDevice(device, sizeFields), 'get-block-info', async (options) => {
      const info = await connection.getBlockInfo(domain, device, options);
      params.ullong(`block.${index}.allocation`, info.allocationBytes);
      params.ullong(`block.${index}.capacity`, info.capacityBytes);
      params.ullong(`block.${index}.physical`, info.physicalBytes);
    });
  }
}

/** The daemon's answer to one call, or none in time; all other errors end the connection. */
function isOfOneCall(error: unknown): error is LibvirtError {
  return error instanceof LibvirtError && (error.code === 'libvirt' || error.code === 'timeout');
}

function failureOf(error: LibvirtError, group: StatisticsGroup, fields: readonly string[]): Failure {
  let reason: MissingReason = MissingReason.LIBVIRT_ERROR;
  if (isNoSupport(error)) reason = MissingReason.UNSUPPORTED;
  else if (isOperationInvalid(error)) reason = MissingReason.NOT_RUNNING;
  return { group, reason, fields, detail: error.message };
}

/** Parameters under the names of the bulk call. */
class Params {
  readonly list: TypedParam[] = [];

  int(name: string, value: number): void {
    this.list.push({ name, type: 'int', value });
  }
  uint(name: string, value: number): void {
    this.list.push({ name, type: 'uint', value });
  }
  ullong(name: string, value: bigint): void {
    this.list.push({ name, type: 'ullong', value });
  }
  /** A counter of which libvirt says -1 where it has none. */
  counter(name: string, value: bigint): void {
    if (value >= 0n) this.ullong(name, value);
  }
  text(name: string, value: string): void {
    this.list.push({ name, type: 'string', value });
  }
}
