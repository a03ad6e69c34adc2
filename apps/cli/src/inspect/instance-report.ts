import type { Disk, Instance, InstanceStatistics, Vnic } from '@nephometer/inspector-api';
import { escapeControls, pad } from '../text/display-width.ts';
import { formatBytes } from '../text/units.ts';
import { missingLines } from './missing-lines.ts';
import { stateWord, statusWord } from '../inspector/names.ts';
import { statisticsLines } from './statistics-lines.ts';

/** Everything that is known about one instance: its description, every statistic, and what is missing and why. */
export function instanceReport(instance: Instance, statistics: InstanceStatistics | undefined): string[] {
  return [
    ...descriptionLines(instance, statistics),
    ...(statistics === undefined ? [] : [...missingLines(statistics.missing), ...statisticsLines(statistics)]),
  ];
}

function descriptionLines(instance: Instance, statistics: InstanceStatistics | undefined): string[] {
  const { nova } = instance;
  const state = statistics?.state ?? instance.state;
  const reason = statistics?.stateReason || instance.stateReason;
  const facts: readonly (readonly [name: string, value: string | undefined])[] = [
    ['Name', instance.name],
    ['Id', instance.id],
    ['Display name', nova?.name],
    ['Title', instance.title],
    ['State', reason === '' ? stateWord(state) : `${stateWord(state)} (${reason})`],
    ['Reading', statistics === undefined ? 'none' : statusWord(statistics.status)],
    ['vCPUs', describeVcpus(instance)],
    ['Memory', describeMemory(instance)],
    ['System', [instance.osType, instance.architecture].filter(Boolean).join(' ') || undefined],
    ['Balloon', describeBalloon(instance)],
    ['Flavor', nova?.flavor?.name],
    ['Project', describeOwner(nova?.owner?.projectName, nova?.owner?.projectId)],
    ['User', describeOwner(nova?.owner?.userName, nova?.owner?.userId)],
    ['Image', nova?.rootId === undefined ? undefined : describeOwner(nova.rootType, nova.rootId)],
    ['Created', nova?.creationTime === undefined ? undefined : `${nova.creationTime} UTC`],
    ...instance.disks.map((disk) => [`Disk ${disk.device}`, describeDisk(disk)] as const),
    ...instance.vnics.map((vnic) => [`Network card ${vnic.device ?? vnic.mac}`, describeVnic(vnic)] as const),
  ];
  const known = facts.filter((fact): fact is readonly [string, string] => fact[1] !== undefined);
  const width = Math.max(...known.map(([name]) => name.length));
  return known.map(([name, value]) => `${pad(escapeControls(name), width, 'left')}  ${escapeControls(value)}`);
}

function describeVcpus({ vcpusCurrent, vcpusMaximum }: Instance): string | undefined {
  if (vcpusCurrent === undefined) return undefined;
  return vcpusMaximum === undefined || vcpusMaximum === vcpusCurrent
    ? String(vcpusCurrent)
    : `${vcpusCurrent} of at most ${vcpusMaximum}`;
}

function describeMemory({ memoryCurrentKib, memoryMaximumKib }: Instance): string | undefined {
  if (memoryCurrentKib === undefined) return undefined;
  const current = `${formatBytes(memoryCurrentKib * 1024n)} (${memoryCurrentKib} KiB)`;
  return memoryMaximumKib === undefined || memoryMaximumKib === memoryCurrentKib
    ? current
    : `${current} of at most ${formatBytes(memoryMaximumKib * 1024n)}`;
}

function describeBalloon({ balloon }: Instance): string {
  if (balloon === undefined || balloon.model === 'none') return 'none: the guest cannot tell its memory use';
  return balloon.statsPeriodSeconds === 0
    ? `${balloon.model}, the guest is never asked (statistics period 0)`
    : `${balloon.model}, the guest is asked every ${balloon.statsPeriodSeconds} s`;
}

/** `demo (d99c8297)`, or the one of the two that is known. */
function describeOwner(name: string | undefined, id: string | undefined): string | undefined {
  if (name === undefined || id === undefined) return name ?? id;
  return `${name} (${id})`;
}

function describeDisk({ kind, bus, sourceType, source, readOnly, serial }: Disk): string {
  const parts = [
    [kind, bus].filter(Boolean).join(' on '),
    source === undefined ? 'empty' : `${sourceType} ${source}`,
    readOnly ? 'read only' : '',
    serial === undefined ? '' : `serial ${serial}`,
  ];
  return parts.filter((part) => part !== '').join(', ');
}

function describeVnic({ mac, kind, model, bridge, filter, interfaceId }: Vnic): string {
  const parts = [
    mac,
    [model, kind].filter(Boolean).join(' on '),
    bridge === undefined ? '' : `bridge ${bridge}`,
    filter === undefined ? '' : `filter ${filter}`,
    interfaceId === undefined ? '' : `port ${interfaceId}`,
  ];
  return parts.filter((part) => part !== '').join(', ');
}
