import { mapLimit } from '@nephometer/abortable';
import { isNoDomain, isNoSupport, isOperationInvalid, LibvirtError } from '@nephometer/libvirt';
import type { Connection, Domain, TypedParam } from '@nephometer/libvirt';
import { MissingReason, StatisticsGroup } from '@nephometer/inspector-api';
import type { Instance } from '@nephometer/inspector-api';
import type { Failure } from './judge.ts';
import type { DomainRecord, RecordsRequest } from './read-statistics.ts';
import type { OnCall } from './session.ts';

/** The description of a domain, if there is one. */
export type DescriptionOf = (id: string) => Instance | undefined;

/** Domains read at the same time; each has one call under way. libvirt stops reading a client at five. */
const maxDomains = 4;
/** How long one call for one domain may take. */
const callTimeoutMs = 10_000;

/**
 * Reads domains call by call, as records under the names of the bulk call, so that they are mapped like those. A call
 * that fails costs its domain what it would have told; a domain that has vanished is left out.
 *
 * Rejects with the reason of `signal`, or the LibvirtError that ended the connection.
 */
export async function readOneByOne(
  connection: Connection,
  { domains, groups, descriptionOf }: RecordsRequest,
  onCall: OnCall,
  signal: AbortSignal,
): Promise<DomainRecord[]> {
  let wanted = domains;
  if (wanted === undefined) {
    onCall('list-all-domains');
    wanted = await connection.listAllDomains({}, { signal, timeoutMs: callTimeoutMs });
  }
  const records = await mapLimit(
    wanted,
    maxDomains,
    (domain, each) => readDomain({ connection, domain, groups, onCall, description: descriptionOf(domain.uuid) }, each),
    signal,
  );
  return records.filter((record) => record !== undefined);
}

interface Task {
  readonly connection: Connection;
  readonly domain: Domain;
  readonly groups: ReadonlySet<StatisticsGroup>;
  readonly onCall: OnCall;
  readonly description: Instance | undefined;
}

async function readDomain(task: Task, signal: AbortSignal): Promise<DomainRecord | undefined> {
  const { connection, domain, onCall } = task;
  const options = { signal, timeoutMs: callTimeoutMs };
  try {
    onCall('get-state');
    const { state, reason } = await connection.getState(domain, options);
    onCall('get-info');
    const info = await connection.getInfo(domain, options);
    const off = state === shutOff;
    const params = new Params();
    params.int('state.state', state);
    params.int('state.reason', reason);
    if (task.groups.has(StatisticsGroup.CPU) && !off) params.ullong('cpu.time', info.cpuTimeNs);
    if (task.groups.has(StatisticsGroup.VCPU)) {
      params.uint('vcpu.current', info.vcpuCount);
      params.uint('vcpu.maximum', task.description?.vcpusMaximum ?? info.vcpuCount);
    }
    if (task.groups.has(StatisticsGroup.MEMORY)) {
      params.ullong('balloon.current', info.memoryKib);
      params.ullong('balloon.maximum', info.maxMemoryKib);
    }
    const failures = off ? [] : await readParts(task, params, signal);
    // An id of -1 is the bulk call's sign of an inactive domain; a list made from descriptions has it everywhere.
    return { domain: { ...domain, id: off ? -1 : Math.max(0, domain.id) }, params: params.list, failures };
  } catch (error) {
    signal.throwIfAborted();
    if (isNoDomain(error)) return undefined;
    if (!isOfOneCall(error)) throw error;
    return { domain, params: [], failures: [failureOf(error, StatisticsGroup.STATE, [])] };
  }
}

/** libvirt's number of the state SHUT_OFF. */
const shutOff = 5;

async function readParts(task: Task, params: Params, signal: AbortSignal): Promise<Failure[]> {
  const { connection, domain, groups, onCall, description } = task;
  const options = { signal, timeoutMs: callTimeoutMs };
  const failures: Failure[] = [];
  const attempt = async (
    group: StatisticsGroup,
    field: string,
    procedure: string,
    read: () => Promise<void>,
  ): Promise<void> => {
    if (!groups.has(group)) return;
    onCall(procedure);
    try {
      await read();
    } catch (error) {
      signal.throwIfAborted();
      if (isNoDomain(error) || !isOfOneCall(error)) throw error;
      failures.push(failureOf(error, group, field === '' ? [] : [field]));
    }
  };

  await attempt(StatisticsGroup.VCPU, 'vcpus', 'get-vcpus', async () => {
    for (const { number, state, cpuTimeNs } of (await connection.getVcpus(domain, {}, options)).vcpus) {
      params.int(`vcpu.${number}.state`, state);
      params.ullong(`vcpu.${number}.time`, cpuTimeNs);
    }
  });
  await attempt(StatisticsGroup.MEMORY, '', 'get-memory-stats', async () => {
    for (const { name, value } of await connection.getMemoryStats(domain, options)) {
      // Both are told by DOMAIN_GET_INFO under the names of the bulk call.
      if (name === 'actual_balloon') continue;
      params.ullong(name === 'last_update' ? 'balloon.last-update' : `balloon.${name}`, value);
    }
  });
  for (const [index, { device }] of (description?.disks ?? []).entries()) {
    if (groups.has(StatisticsGroup.DISK)) params.text(`block.${index}.name`, device);
    await attempt(StatisticsGroup.DISK, `${device}.read_requests`, 'get-block-stats', async () => {
      const stats = await connection.getBlockStats(domain, device, options);
      params.counter(`block.${index}.rd.reqs`, stats.readRequests);
      params.counter(`block.${index}.rd.bytes`, stats.readBytes);
      params.counter(`block.${index}.wr.reqs`, stats.writeRequests);
      params.counter(`block.${index}.wr.bytes`, stats.writeBytes);
      params.counter(`block.${index}.errors`, stats.errors);
    });
    await attempt(StatisticsGroup.DISK, `${device}.capacity_bytes`, 'get-block-info', async () => {
      const info = await connection.getBlockInfo(domain, device, options);
      params.ullong(`block.${index}.allocation`, info.allocationBytes);
      params.ullong(`block.${index}.capacity`, info.capacityBytes);
      params.ullong(`block.${index}.physical`, info.physicalBytes);
    });
  }
  for (const [index, { device }] of (description?.vnics ?? []).entries()) {
    if (device === undefined) continue;
    if (groups.has(StatisticsGroup.VNIC)) params.text(`net.${index}.name`, device);
    await attempt(StatisticsGroup.VNIC, device, 'get-interface-stats', async () => {
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
  return failures;
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
