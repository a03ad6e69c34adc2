import type { Instance, NovaFlavor, NovaImage } from '@nephometer/inspector-api';

/** What metadata is made of, whoever told it. Keys of {@link Flavor} are in the order in which they are written. */
export interface InstanceFacts {
  readonly displayName: string;
  readonly userId: string | null;
  readonly projectId: string | null;
  readonly flavor: Flavor;
}

/** A flavor under Ceilometer's names. */
export type Flavor = Readonly<{
  id: string | null;
  name: string | null;
  vcpus: number;
  /** In MiB. */
  ram: number;
  /** Root and ephemeral disk together, in GiB. */
  disk: number;
  /** In GiB. */
  ephemeral: number;
  /** In MiB. */
  swap: number;
  /** Left out where the definition does not carry them, which differs from none. */
  extra_specs?: Readonly<Record<string, string>>;
}>;

/** What Nova wrote, as far as it is there: Ceilometer needs all of it. */
export function novaFacts({ nova }: Instance): Partial<InstanceFacts> {
  const { name, flavor, owner } = nova ?? {};
  return {
    ...(name !== undefined && { displayName: name }),
    ...(owner?.userId !== undefined && { userId: owner.userId }),
    ...(owner?.projectId !== undefined && { projectId: owner.projectId }),
    ...(flavor?.name !== undefined && { flavor: novaFlavor(flavor, flavor.name) }),
  };
}

/**
 * What the hypervisor knows of an instance without Nova. The flavor has no id and no name; its vCPUs and memory are the
 * most the definition allows, which is where Nova puts those of a flavor; of disks a definition says no sizes, so zero.
 */
export function libvirtFacts({ name, vcpusMaximum, memoryMaximumKib }: Instance): InstanceFacts {
  return {
    displayName: name,
    userId: null,
    projectId: null,
    flavor: {
      id: null,
      name: null,
      vcpus: vcpusMaximum ?? 0,
      ram: Math.floor(Number(memoryMaximumKib ?? 0n) / 1024),
      disk: 0,
      ephemeral: 0,
      swap: 0,
    },
  };
}

/** A flavor without an id, as before OpenStack 2025.2, has its name for one; a size that is not there is zero. */
function novaFlavor(flavor: NovaFlavor, name: string): Flavor {
  return {
    id: flavor.id !== undefined && flavor.id !== '' ? flavor.id : name,
    name,
    vcpus: flavor.vcpus ?? 0,
    ram: Number(flavor.memoryMib ?? 0n),
    disk: Number(flavor.diskGib ?? 0n),
    ephemeral: Number(flavor.ephemeralGib ?? 0n),
    swap: Number(flavor.swapMib ?? 0n),
    ...(flavor.extraSpecs && { extra_specs: { ...flavor.extraSpecs.entries } }),
  };
}

/** Id of the image the root disk was made from; `null` if it was not made from one, as with a boot from a volume. */
export function imageIdOf({ nova }: Instance): string | null {
  return nova?.rootType === 'image' ? (nova.rootId ?? null) : null;
}

/** `image_meta`: the image's properties under Ceilometer's names; what is not there is left out. */
export function imageMetadata(image: NovaImage): Readonly<Record<string, string>> {
  return {
    base_image_ref: image.id,
    ...(image.containerFormat !== undefined && { container_format: image.containerFormat }),
    ...(image.diskFormat !== undefined && { disk_format: image.diskFormat }),
    ...(image.minDisk !== undefined && { min_disk: image.minDisk }),
    ...(image.minRam !== undefined && { min_ram: image.minRam }),
    ...image.properties,
  };
}
