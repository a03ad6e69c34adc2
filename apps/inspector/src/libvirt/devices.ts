import type { Balloon } from '@nephometer/inspector-api';
import { Disk, Vnic } from '@nephometer/inspector-api';
import { attribute, child, children, textIn } from './xml.ts';
import type { XmlElement } from './xml.ts';

/** Disks in order; one without a target has no name in any statistics and is left out. */
export function disks(devices: XmlElement | undefined): Disk[] {
  return children(devices, 'disk').flatMap((element) => {
    const target = child(element, 'target');
    const device = attribute(target, 'dev');
    if (device === undefined) return [];
    return Disk.create({
      device,
      kind: attribute(element, 'device') ?? 'disk',
      bus: attribute(target, 'bus'),
      sourceType: attribute(element, 'type') ?? '',
      source: diskSource(child(element, 'source')),
      readOnly: child(element, 'readonly') !== undefined,
      serial: textIn(child(element, 'serial')),
      alias: attribute(child(element, 'alias'), 'name'),
      format: attribute(child(element, 'driver'), 'type'),
    });
  });
}

function diskSource(source: XmlElement | undefined): string | undefined {
  const protocol = attribute(source, 'protocol');
  if (protocol !== undefined) return `${protocol}:${attribute(source, 'name') ?? ''}`;
  const pool = attribute(source, 'pool');
  if (pool !== undefined) return `${pool}/${attribute(source, 'volume') ?? ''}`;
  return attribute(source, 'file') ?? attribute(source, 'dev') ?? attribute(source, 'dir') ?? attribute(source, 'path');
}

/** Network cards in order. */
export function vnics(devices: XmlElement | undefined): Vnic[] {
  return children(devices, 'interface').map((element) => {
    const filter = child(element, 'filterref');
    return Vnic.create({
      device: attribute(child(element, 'target'), 'dev'),
      mac: attribute(child(element, 'mac'), 'address') ?? '',
      kind: attribute(element, 'type') ?? '',
      model: attribute(child(element, 'model'), 'type'),
      bridge: attribute(child(element, 'source'), 'bridge'),
      filter: attribute(filter, 'filter'),
      filterParameters: children(filter, 'parameter').map((parameter) => ({
        name: parameter.attributes.get('name') ?? '',
        value: parameter.attributes.get('value') ?? '',
      })),
      interfaceId: attribute(child(child(element, 'virtualport'), 'parameters'), 'interfaceid'),
      alias: attribute(child(element, 'alias'), 'name'),
    });
  });
}

/** The memory balloon; `undefined` if the instance has none. */
export function balloon(devices: XmlElement | undefined): Balloon | undefined {
  const element = child(devices, 'memballoon');
  const model = attribute(element, 'model');
  if (model === undefined || model === 'none') return undefined;
  const period = Number(attribute(child(element, 'stats'), 'period') ?? '0');
  return { model, statsPeriodSeconds: Number.isInteger(period) && period >= 0 && period <= 0xffffffff ? period : 0 };
}
