import { StatsGroup } from '@nephometer/libvirt';
import { StatisticsGroup } from '@nephometer/inspector-api';

/** One group of the API and the bit that asks libvirt for it. */
export interface GroupRow {
  readonly group: StatisticsGroup;
  /** Bit of CONNECT_GET_ALL_DOMAIN_STATS. */
  readonly bit: number;
  /** First libvirt version that knows the bit (major * 10^6 + minor * 10^3 + micro). */
  readonly since: number;
  /** Drivers without bulk statistics can give it by calls for each domain. */
  readonly oneByOne: boolean;
}

/** All groups of the API; the names of libvirt and ours differ where libvirt's would mislead. */
export const groupRows: readonly GroupRow[] = [
  { group: StatisticsGroup.STATE, bit: StatsGroup.STATE, since: 1_002_008, oneByOne: true },
  { group: StatisticsGroup.CPU, bit: StatsGroup.CPU_TOTAL, since: 1_002_009, oneByOne: true },
  { group: StatisticsGroup.VCPU, bit: StatsGroup.VCPU, since: 1_002_009, oneByOne: true },
  { group: StatisticsGroup.MEMORY, bit: StatsGroup.BALLOON, since: 1_002_009, oneByOne: true },
  { group: StatisticsGroup.VNIC, bit: StatsGroup.INTERFACE, since: 1_002_009, oneByOne: true },
  { group: StatisticsGroup.DISK, bit: StatsGroup.BLOCK, since: 1_002_009, oneByOne: true },
  { group: StatisticsGroup.PERF, bit: StatsGroup.PERF, since: 1_003_003, oneByOne: false },
  { group: StatisticsGroup.IOTHREAD, bit: StatsGroup.IOTHREAD, since: 4_010_000, oneByOne: false },
  { group: StatisticsGroup.DIRTY_RATE, bit: StatsGroup.DIRTYRATE, since: 7_002_000, oneByOne: false },
  { group: StatisticsGroup.MEMORY_BANDWIDTH, bit: StatsGroup.MEMORY, since: 6_000_000, oneByOne: false },
  { group: StatisticsGroup.HYPERVISOR, bit: StatsGroup.VM, since: 8_009_000, oneByOne: false },
];

/** What the connected libvirt can do. */
export interface Abilities {
  /** Version of libvirt (major * 10^6 + minor * 10^3 + micro). */
  readonly libvirtVersion: number;
  /** The driver answers bulk calls with more than the state. */
  readonly bulk: boolean;
}

/** Groups that can be asked for, in the order of the API. */
export function supportedGroups(abilities: Abilities): StatisticsGroup[] {
  return groupRows
    .filter((row) => (abilities.bulk ? abilities.libvirtVersion >= row.since : row.oneByOne))
    .map((row) => row.group);
}

/** The mask of the groups. The state is always part of it: no other statistic can be judged without. */
export function groupMask(groups: ReadonlySet<StatisticsGroup>): number {
  let mask: number = StatsGroup.STATE;
  for (const row of groupRows) if (groups.has(row.group)) mask |= row.bit;
  return mask;
}
