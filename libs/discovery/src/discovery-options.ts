import type { Cloud } from '@nephometer/openstack';
import type { Compat } from '@nephometer/sample';
import type { InstanceDiscoveryMethod } from '@nephometer/service-config';
import type { ReservedMetadata } from './user-metadata.ts';

/** What any discovery of this package may want to know from the configuration. */
export interface DiscoveryOptions {
  /**
   * Take every instance: what Nova does not say about one comes from the hypervisor, and where that knows nothing either
   * it is `null` (user, project, flavor name) or 0 (disk sizes). Otherwise an instance that Nova does not know is skipped with
   * the reason, as Ceilometer does.
   */
  readonly unmanaged: boolean;
  /** Whose metadata. Default `head`. */
  readonly compat?: Compat;
  /** Default `libvirt_metadata`, which asks nobody but the inspectors. */
  readonly instanceDiscoveryMethod?: InstanceDiscoveryMethod;
  /** What asks OpenStack, shared by all discoveries; who made it closes it after them. Absent: nothing can be asked. */
  readonly cloud?: Cloud;
  /** Which of the users' own metadata goes into samples. Default: what begins with `metering.`. */
  readonly reservedMetadata?: ReservedMetadata;
}
