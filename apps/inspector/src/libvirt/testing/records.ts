import { readFile } from 'node:fs/promises';
import type { DomainStats, TypedParam } from '@nephometer/libvirt';
import { groupRows } from '../groups.ts';
import type { StatisticsGroup } from '@nephometer/inspector-api';

/** All groups of the API. */
export const allGroups: ReadonlySet<StatisticsGroup> = new Set(groupRows.map(({ group }) => group));

/** What libvirt told of a real running domain: one disk, a card without a device on the host, no balloon driver. */
export async function recordedRecord(): Promise<DomainStats> {
  const text = await readFile(new URL('../../../testdata/bulk-record.json', import.meta.url), 'utf8');
  const long = (param: { type: string; value: unknown }) =>
    /long$/.test(param.type) ? BigInt(String(param.value)) : param.value;
  const { domain, params } = JSON.parse(text) as { domain: DomainStats['domain']; params: TypedParam[] };
  return { domain, params: params.map((param) => ({ ...param, value: long(param) }) as TypedParam) };
}

/** A record with these values: a bigint is libvirt's ullong, a number its int. */
export function record(fields: Readonly<Record<string, bigint | number | string | boolean>>, id = 7): DomainStats {
  const params = Object.entries(fields).map(([name, value]): TypedParam => {
    if (typeof value === 'bigint') return { name, type: 'ullong', value };
    if (typeof value === 'boolean') return { name, type: 'boolean', value };
    return typeof value === 'number' ? { name, type: 'int', value } : { name, type: 'string', value };
  });
  return { domain: { name: 'n', uuid: 'u', id }, params };
}

const guestMemory =
  'swap_in swap_out major_fault minor_fault unused available usable last-update disk_caches hugetlb_pgalloc hugetlb_pgfail';
const events =
  'cmt mbmt mbml cpu_cycles instructions cache_references cache_misses branch_instructions branch_misses bus_cycles ' +
  'stalled_cycles_frontend stalled_cycles_backend ref_cpu_cycles cpu_clock task_clock page_faults context_switches ' +
  'cpu_migrations page_faults_min page_faults_maj alignment_faults emulation_faults';
const traffic = 'rd.reqs rd.bytes rd.times wr.reqs wr.bytes wr.times fl.reqs fl.times';
const counters = 'rx.bytes rx.pkts rx.errs rx.drop tx.bytes tx.pkts tx.errs tx.drop';

/** Sizes of the images of {@link fullRecord}; its values are others. */
export const fullSizes: ReadonlyMap<string, bigint> = new Map([
  ['/images/vd0', 500n],
  ['/images/vd1', 501n],
]);

/** The record of a running domain that has all that there is, two of each device. No value occurs twice. */
export function fullRecord(): DomainStats {
  const fields: Record<string, bigint | number | string | boolean> = { 'state.state': 1, 'state.reason': 1 };
  let next = 1000;
  const longs = (prefix: string, names: string): void => {
    for (const name of names.split(' ')) fields[`${prefix}.${name}`] = BigInt(next++);
  };
  const ints = (prefix: string, names: string): void => {
    for (const name of names.split(' ')) fields[`${prefix}.${name}`] = next++;
  };
  longs('cpu', 'time user system haltpoll.success.time haltpoll.fail.time');
  longs('balloon', `current maximum ${guestMemory} rss`);
  ints('vcpu', 'current maximum');
  for (const number of [0, 3]) {
    fields[`vcpu.${number}.state`] = 1;
    longs(`vcpu.${number}`, 'time wait delay');
    fields[`vcpu.${number}.halted`] = true;
  }
  fields['net.count'] = 2;
  for (const index of [0, 1]) {
    fields[`net.${index}.name`] = `tap${index}`;
    longs(`net.${index}`, counters);
  }
  fields['block.count'] = 2;
  for (const index of [0, 1]) {
    fields[`block.${index}.name`] = `vd${index}`;
    fields[`block.${index}.path`] = `/images/vd${index}`;
    ints(`block.${index}`, 'backingIndex');
    longs(`block.${index}`, `${traffic} errors allocation capacity physical threshold`);
  }
  longs('perf', events);
  fields['iothread.count'] = 2;
  for (const id of [1, 2]) {
    longs(`iothread.${id}`, 'poll-max-ns');
    ints(`iothread.${id}`, 'poll-grow poll-shrink');
  }
  ints('dirtyrate', 'calc_status calc_period');
  longs('dirtyrate', 'calc_start_time megabytes_per_second vcpu.0.megabytes_per_second');
  fields['dirtyrate.calc_mode'] = 'dirty-ring';
  longs('memory', 'bandwidth.monitor.0.node.0.bytes.local');
  longs('vm', 'exits.sum');
  return record(fields);
}
