import type { Instance } from '@nephometer/inspector-api';
import type { Discovery, InstanceResource, SkippedInstance } from '@nephometer/plugin';
import type { DiscoveryOptions } from './discovery-options.ts';
import { libvirtFacts, novaFacts } from './facts.ts';
import type { InstanceFacts } from './facts.ts';
import { createInstanceResource } from './instance-resource.ts';
import { createNovaInstances } from './nova-instances.ts';

/**
 * The discovery `local_instances`: every instance of a host, whatever its state. What it says about an instance is what
 * Ceilometer says in its mode `libvirt_metadata`, or, if the options name another one, what Nova says when asked.
 *
 * @throws OpenstackError `not-configured` if Nova is to be asked and there is no cloud
 */
export function createLocalInstances(options: DiscoveryOptions): Discovery {
  const { unmanaged, compat = 'head', instanceDiscoveryMethod = 'libvirt_metadata' } = options;
  if (instanceDiscoveryMethod !== 'libvirt_metadata') return createNovaInstances(options);
  return {
    name: 'local_instances',
    discover({ host, instances }) {
      const resources: InstanceResource[] = [];
      const skipped: SkippedInstance[] = [];
      for (const instance of instances) {
        const found = novaFacts(instance);
        if (unmanaged) {
          resources.push(createInstanceResource(instance, { ...libvirtFacts(instance), ...found }, { host, compat }));
        } else if (isComplete(found)) {
          resources.push(createInstanceResource(instance, found, { host, compat }));
        } else {
          skipped.push({ id: instance.id, name: instance.name, reason: reasonOf(instance, found) });
        }
      }
      return { resources, skipped };
    },
  };
}

/** What Ceilometer cannot do without, in the words of the definition. */
const needed = {
  displayName: 'a name',
  userId: "an owner's user",
  projectId: "an owner's project",
  flavor: 'a named flavor',
} as const satisfies Record<keyof InstanceFacts, string>;

function isComplete(facts: Partial<InstanceFacts>): facts is InstanceFacts {
  return Object.keys(needed).every((fact) => fact in facts);
}

function reasonOf({ nova }: Instance, facts: Partial<InstanceFacts>): string {
  const remedy = 'set "unmanaged: true" to meter it anyway';
  if (nova === undefined) return `it has no Nova metadata, so OpenStack did not make it; ${remedy}`;
  const lacking = Object.entries(needed)
    .filter(([fact]) => !(fact in facts))
    .map(([, words]) => words);
  return `its Nova metadata lacks ${lacking.join(', ')}; ${remedy}`;
}
