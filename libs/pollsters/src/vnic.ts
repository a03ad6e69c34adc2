import type { Vnic } from '@nephometer/inspector-api';
import type { InstanceResource } from '@nephometer/plugin';
import type { MetadataValue } from '@nephometer/sample';
import { oncePerResource } from './device.ts';
import type { MeteredDevice } from './device.ts';

/**
 * The network cards of an instance that are metered: those with a device on the host and a MAC address, in the order of
 * the definition. A card that a filter guards is known by the name of the filter.
 */
export const vnicsOf = oncePerResource((resource: InstanceResource): readonly MeteredDevice[] => {
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
        parameters: parametersOf(vnic),
        vnic_name: filter ?? name,
      },
    });
  }
  return devices;
});

/** The filter's parameters under lower-case names, the last of equal ones; `interfaceid` and `bridge` always. */
function parametersOf({ filterParameters, interfaceId, bridge }: Vnic): MetadataValue {
  return Object.fromEntries([
    ...filterParameters.map(({ name, value }) => [name.toLowerCase(), value] as const),
    ['interfaceid', interfaceId ?? null],
    ['bridge', bridge ?? null],
  ]);
}
