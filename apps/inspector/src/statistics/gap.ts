import { StatisticsGroup } from '@nephometer/inspector-api';
import type { InstanceStatistics } from '@nephometer/inspector-api';
import { everyField, groupShapes } from './group-shape.ts';
import type { FieldBits, FieldSet, GroupShape } from './group-shape.ts';

/** What is absent of one group of one instance; shrinks as reasons are found. */
export interface Gap {
  readonly shape: GroupShape;
  readonly statistics: InstanceStatistics;
  /** Nothing of the group is here. */
  readonly isWhole: boolean;
  /** The list of devices was not told, so that its being empty means nothing. */
  isUntold: boolean;
  /** Bits of the absent fields of the instance. */
  own: number;
  /** Bits of the absent fields of each device, in the order of the answer. */
  readonly each: number[];
}

/**
 * What is absent of a group; `undefined` if nothing is.
 *
 * @param isListTold an empty list of devices is a true answer. Of no meaning for groups with fields of their own.
 */
export function findGap(statistics: InstanceStatistics, group: StatisticsGroup, isListTold: boolean): Gap | undefined {
  const shape = groupShapes.get(group);
  if (shape === undefined) return undefined;
  const own = shape.ownAbsent(statistics);
  const devices = shape.devices(statistics);
  const isUntold = shape.isList && devices.length === 0 && !isListTold;
  const each: number[] = [];
  let isWhole = own === shape.own.all;
  let absent = isUntold ? 1 : own;
  for (const [index, device] of devices.entries()) {
    // Layers below the first of a chain have the same name and no traffic; what the first one has counts.
    const isLayer = index > 0 && shape.label(statistics, index) === shape.label(statistics, index - 1);
    const bits = isLayer ? 0 : shape.each.absentIn(device);
    each.push(bits);
    absent |= bits;
    isWhole &&= bits === shape.each.all;
  }
  return absent === 0 ? undefined : { shape, statistics, isWhole, isUntold, own, each };
}

/**
 * Takes the absent ones among these fields out of the gap and names them as `MissingStatistics.fields` does; no name means
 * the whole group. `undefined` if none of them is absent. The names are shared: they are not to be changed.
 */
export function take(gap: Gap, claimed: FieldBits): string[] | undefined {
  if (gap.isUntold) {
    gap.isUntold = false;
    return [];
  }
  return takeBits(gap, claimed.own, () => claimed.each);
}

/** The same for fields by their names in the API, with and without a device. */
export function takeNamed(gap: Gap, names: readonly string[]): string[] | undefined {
  const { shape, statistics, each } = gap;
  let own = 0;
  const claimed = each.map(() => 0);
  for (const name of names) {
    own |= bitOf(shape.own, name);
    for (const index of each.keys()) {
      const label = shape.label(statistics, index);
      let bits = bitOf(shape.each, name);
      if (name === label) bits = shape.each.all;
      else if (name.startsWith(`${label}.`)) bits |= bitOf(shape.each, name.slice(label.length + 1));
      claimed[index] = (claimed[index] ?? 0) | bits;
    }
  }
  return takeBits(gap, own, (index) => claimed[index] ?? 0);
}

function bitOf({ names }: FieldSet, name: string): number {
  const index = names.indexOf(name);
  return index < 0 ? 0 : 1 << index;
}

function takeBits(gap: Gap, ownBits: number, eachBits: (index: number) => number): string[] | undefined {
  const { shape } = gap;
  const own = gap.own & ownBits;
  const taken = gap.each.map((bits, index) => bits & eachBits(index));
  if (own === 0 && taken.every((bits) => bits === 0)) return undefined;
  gap.own &= ~own;
  for (const [index, bits] of taken.entries()) gap.each[index] = (gap.each[index] ?? 0) & ~bits;
  if (gap.isWhole && own === shape.own.all && taken.every((bits) => bits === shape.each.all)) return [];

  const everywhere = taken.length === 0 ? 0 : taken.reduce((common, bits) => common & bits);
  if (taken.every((bits) => bits === everywhere)) {
    if (everywhere === 0) return namesOf(shape.own, own);
    return own === 0
      ? namesOf(shape.each, everywhere)
      : [...namesOf(shape.own, own), ...namesOf(shape.each, everywhere)];
  }
  return [...namesOf(shape.own, own), ...namesOf(shape.each, everywhere), ...deviceNames(gap, taken, everywhere)];
}

/** Names of what only some devices lack; a device that has nothing at all is named whole. */
function deviceNames({ shape, statistics }: Gap, taken: readonly number[], everywhere: number): string[] {
  return taken.flatMap((bits, index) => {
    if (bits === everywhere) return [];
    const label = shape.label(statistics, index);
    if (bits === shape.each.all) return [label];
    return namesOf(shape.each, bits & ~everywhere).map((name) => `${label}.${name}`);
  });
}

const knownNames = new WeakMap<FieldSet, Map<number, string[]>>();
/** Far more than the combinations that hypervisors leave out; the bound is for one gone mad. */
const maxKnown = 1000;

function namesOf(set: FieldSet, bits: number): string[] {
  if (bits === 0) return [];
  let known = knownNames.get(set);
  if (known === undefined) knownNames.set(set, (known = new Map<number, string[]>()));
  let names = known.get(bits);
  if (names === undefined) {
    names = set.names.filter((_, index) => (bits & (1 << index)) !== 0);
    if (known.size < maxKnown) known.set(bits, names);
  }
  return names;
}

const groupNames = new Map(Object.entries(StatisticsGroup).map(([name, group]) => [group, name] as const));

/**
 * The statistics of these groups that are neither there nor in an entry of `missing`, as `DISK vda.read_bytes` or, for a
 * whole group, `PERF`. An empty list of devices counts as a true answer.
 */
export function uncovered(statistics: InstanceStatistics, groups: Iterable<StatisticsGroup>): string[] {
  const found: string[] = [];
  for (const group of groups) {
    const gap = findGap(statistics, group, true);
    if (gap === undefined) continue;
    const entries = statistics.missing.filter((entry) => entry.group === group);
    if (entries.some(({ fields }) => fields.length === 0)) continue;
    for (const { fields } of entries) takeNamed(gap, fields);
    const rest = take(gap, everyField);
    const name = groupNames.get(group) ?? String(group);
    if (rest !== undefined) found.push(...(rest.length === 0 ? [name] : rest.map((field) => `${name} ${field}`)));
  }
  return found;
}
