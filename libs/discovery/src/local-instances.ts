import type { Instance } from '@nephometer/inspector-api';
import type { Discovery, InstanceResource, SkippedInstance } from '@nephometer/plugin';
import { libvirtFacts, novaFacts } from './facts.ts';
import type { InstanceFacts } from './facts.ts';
import { createInstanceResource } from './instance-resource.ts';

/** How instances are discovered. */
export interface LocalInstancesOptions {
  /**
   * Take every instance: what Nova did not write about one comes from the hypervisor, and where that knows nothing either
   * it is `null` (user, project, flavor name) or 0 (disk sizes). Otherwise an instance whose Nova metadata is absent or
   * incomplete is skipped with the reason, as Ceilometer does.
   */
  readonly unmanaged: boolean;
}

/**
 * The discovery `local_instances`: every instance of a host, whatever its state. What it says about an instance is what
 * Ceilometer says in its mode `libvirt_metadata`.
 */
export function createLocalInstances({ unmanaged }: LocalInstancesOptions): Discovery {
  return {
    name: 'local_instances',
    discover({ host, instances }) {
      const resources: InstanceResource[] = [];
      const skipped: SkippedInstance[] = [];
      for (const instance of instances) {
        const found = novaFacts(instance);
        if (unmanaged) {
          resources.push(createInstanceResource(instance, { ...libvirtFacts(instance), ...found }, host));
        } else if (isComplete(found)) {
          resources.push(createInstanceResource(instance, found, host));
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
