import type { Vnic } from '@nephometer/inspector-api';
import type { InstanceResource } from '@nephometer/plugin';
import type { Compat, MetadataValue } from '@nephometer/sample';
import { oncePerResource } from './device.ts';
import type { MeteredDevice } from './device.ts';

/**
 * The network cards of an instance that are metered: those with a device on the host and a MAC address, in the order of
 * the definition. A card that a filter guards is known by the name of the filter.
 */
export function vnicsAt(compat: Compat): (resource: InstanceResource) => readonly MeteredDevice[] {
  return compat === '2015' ? vnicsOf2015 : vnicsSince19;
}

const vnicsOf2015 = oncePerResource((resource) => vnicsOf(resource, filterParametersOf));
const vnicsSince19 = oncePerResource((resource) => vnicsOf(resource, parametersOf));

function vnicsOf(resource: InstanceResource, parameters: (vnic: Vnic) => MetadataValue): readonly MeteredDevice[] {
  const devices: MeteredDevice[] = [];
  for (const vnic of resource.instance.vnics) {
    const { device: name, mac, filter } = vnic;
    if (name === undefined || mac === '') continue;
    devices.push({
      name,
      resourceId: filter ?? `${resource.instance.name}-${resource.id}-${name}`,
      // `name` is that of the instance before and takes its place, with which publishers tell cards apart.
      metadata: {
        ...resource.metadata,
        name,
        mac,
        fref: filter ?? null,
        parameters: parameters(vnic),
        vnic_name: filter ?? name,
      },
    });
  }
  return devices;
}

/** The filter's parameters under lower-case names, the last of equal ones: all that there was in 2015. */
function filterParametersOf({ filterParameters }: Vnic): Readonly<Record<string, MetadataValue>> {
  return Object.fromEntries(filterParameters.map(({ name, value }) => [name.toLowerCase(), value] as const));
}

/** The filter's parameters, and `interfaceid` and `bridge` always. */
function parametersOf(vnic: Vnic): MetadataValue {
  return Object.fromEntries([
    ...Object.entries(filterParametersOf(vnic)),
    ['interfaceid', vnic.interfaceId ?? null],
    ['bridge', vnic.bridge ?? null],
  ]);
}
