import type { Instance } from '@nephometer/inspector-api';
import type { Discovery, InstanceResource, SkippedInstance } from '@nephometer/plugin';
import type { DiscoveryOptions } from './discovery-options.ts';
import { libvirtFacts, novaFacts } from './facts.ts';
import { createInstanceResource } from './instance-resource.ts';
import { notConfigured } from './openstack/not-configured.ts';
import { createNovaServers } from './openstack/nova-servers.ts';
import { defaultReservedMetadata } from './user-metadata.ts';

/**
 * The discovery `local_instances` where Nova is asked: the servers that Nova says are on the host and the inspector describes.
 * A server in error is left out. A guest that Nova does not list is metered with what its definition says if `unmanaged`;
 * nothing is, before Nova has once answered, lest it be taken for nobody's. A server without a guest, such as one still being
 * built, has nothing to read and is no resource.
 *
 * @throws OpenstackError `not-configured` if there is no cloud
 */
export function createNovaInstances(options: DiscoveryOptions): Discovery {
  const { unmanaged, compat = 'head', reservedMetadata = defaultReservedMetadata, cloud } = options;
  if (!cloud) throw notConfigured('local_instances');
  const servers = createNovaServers(cloud, { compat, reservedMetadata });
  return {
    name: 'local_instances',
    discover({ host, instances }) {
      const resources: InstanceResource[] = [];
      const skipped: SkippedInstance[] = [];
      const known = servers.known(host);
      for (const instance of known ? instances : []) {
        const server = known?.resources.get(instance.id);
        const leftOut = known?.leftOut.get(instance.id);
        if (server) resources.push({ ...server, host, instance });
        else if (leftOut !== undefined) skipped.push(skip(instance, leftOut));
        else if (!unmanaged) skipped.push(skip(instance, unknownReason(host)));
        else {
          const facts = { ...libvirtFacts(instance), ...novaFacts(instance) };
          resources.push(createInstanceResource(instance, facts, { host, compat }));
        }
      }
      return { resources, skipped };
    },
    refresh: (host, signal) => servers.refresh(host, signal),
    close: () => servers.close(),
  };
}

function skip({ id, name }: Instance, reason: string): SkippedInstance {
  return { id, name, reason };
}

function unknownReason(host: string): string {
  return `Nova lists no such server on a host "${host}"; set "unmanaged: true" to meter it anyway`;
}
