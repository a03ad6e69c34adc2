import { createHash } from 'node:crypto';
import type { Instance } from '@nephometer/inspector-api';
import type { InstanceResource } from '@nephometer/plugin';
import type { Compat } from '@nephometer/sample';
import { imageIdOf, imageMetadata } from './facts.ts';
import type { Flavor, InstanceFacts } from './facts.ts';
import { stateWords } from './states.ts';

/** Where an instance was found, and how to speak of it. */
export interface InstanceResourceOptions {
  /** Name of the host; Ceilometer's option `host`. */
  readonly host: string;
  /** Whose metadata: extra specifications and image properties came after 19.0.0, the state of a task after 2015. */
  readonly compat: Compat;
}

/**
 * The resource of an instance. Its metadata has Ceilometer's keys in Ceilometer's order, with the values that its
 * `libvirt_metadata` discovery gives.
 */
export function createInstanceResource(
  instance: Instance,
  facts: InstanceFacts,
  { host, compat }: InstanceResourceOptions,
): InstanceResource {
  const { displayName, userId, projectId } = facts;
  const flavor = compat === 'head' ? facts.flavor : withoutExtraSpecs(facts.flavor);
  const { state, status } = stateWords(instance.state);
  const imageId = imageIdOf(instance);
  const image = instance.nova?.image;
  return {
    id: instance.id,
    userId,
    projectId,
    metadata: {
      display_name: displayName,
      name: instance.name,
      instance_id: instance.id,
      instance_type: flavor.name,
      host: hostIdOf(projectId, host),
      instance_host: host,
      flavor,
      status,
      state,
      ...(compat !== '2015' && { task_state: '' }),
      image: imageId === null ? null : { id: imageId },
      image_ref: imageId,
      image_ref_url: null,
      ...(compat === 'head' && image && { image_meta: imageMetadata(image) }),
      ...(instance.architecture !== undefined && { architecture: instance.architecture }),
      ...(instance.osType !== undefined && { os_type: instance.osType }),
      vcpus: flavor.vcpus,
      memory_mb: flavor.ram,
      disk_gb: flavor.disk,
      ephemeral_gb: flavor.ephemeral,
      root_gb: flavor.disk - flavor.ephemeral,
    },
    host,
    instance,
  };
}

/** Nova's `hostId`, which tells a project its hosts apart without naming them; of the host alone where there is no project. */
function hostIdOf(projectId: string | null, host: string): string {
  return createHash('sha224')
    .update(`${projectId ?? ''}${host}`)
    .digest('hex');
}

function withoutExtraSpecs({ extra_specs: _extraSpecs, ...flavor }: Flavor): Flavor {
  return flavor;
}
