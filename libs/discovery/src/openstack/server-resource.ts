import { asNumber, asText } from '@nephometer/openstack';
import type { Compat, Metadata, MetadataValue, Resource } from '@nephometer/sample';
import { userMetadata } from '../user-metadata.ts';
import type { ReservedMetadata } from '../user-metadata.ts';
import { flavorIdOf, imageIdOf } from './server.ts';
import type { Server } from './server.ts';

/** How servers are described. */
export interface ServerResourceOptions {
  /** Whose metadata: image properties came after 19.0.0, the state of a task after 2015. */
  readonly compat: Compat;
  readonly reservedMetadata: ReservedMetadata;
}

/** What Nova's server alone does not tell, see {@link describeFlavor} and {@link describeImage}. */
export interface ServerParts {
  readonly flavor: FlavorMetadata;
  /** `null` if it boots from a volume. */
  readonly image: ImageMetadata | null;
}

/** `flavor` as it is in metadata. */
export type FlavorMetadata = Metadata & {
  readonly name: string;
  readonly vcpus: number;
  /** In MiB. */
  readonly ram: number;
  /** In GiB, as is `ephemeral`. */
  readonly disk: number;
  readonly ephemeral: number;
};

/** What metadata has of an image. */
export interface ImageMetadata {
  /** `image`: Nova's reference and the name. */
  readonly reference: Metadata;
  readonly kernelId: MetadataValue;
  readonly ramdiskId: MetadataValue;
  /** `image_meta`; empty if the image is not known. */
  readonly properties: Metadata;
}

/**
 * The resource of a server. Its metadata has Ceilometer's keys in Ceilometer's order, with the values that its discovery
 * methods `naive` and `workload_partitioning` give.
 */
export function createServerResource(server: Server, parts: ServerParts, options: ServerResourceOptions): Resource {
  const { record } = server;
  const { flavor, image } = parts;
  const { compat, reservedMetadata } = options;
  const metadata: Metadata = {
    display_name: server.name,
    name: record['OS-EXT-SRV-ATTR:instance_name'] ?? '',
    instance_id: server.id,
    instance_type: flavor.name,
    host: record['hostId'] ?? '',
    instance_host: record['OS-EXT-SRV-ATTR:host'] ?? '',
    flavor,
    status: server.status.toLowerCase(),
    state: server.vmState ?? '',
    ...(compat !== '2015' && { task_state: valueOr(record['OS-EXT-STS:task_state'], '') }),
    image: image && image.reference,
    image_ref: imageIdOf(server) ?? null,
    image_ref_url: image && firstLink(image.reference),
    ...(compat === 'head' && image && Object.keys(image.properties).length > 0 && { image_meta: image.properties }),
    ...pick(record, ['reservation_id', 'architecture', 'OS-EXT-AZ:availability_zone']),
    kernel_id: image && image.kernelId,
    ...pick(record, ['os_type']),
    ramdisk_id: image && image.ramdiskId,
    vcpus: flavor.vcpus,
    memory_mb: flavor.ram,
    disk_gb: flavor.disk,
    ephemeral_gb: flavor.ephemeral,
    root_gb: Math.trunc(flavor.disk) - Math.trunc(flavor.ephemeral),
  };
  const own = userMetadata(server.metadata, metadata, reservedMetadata);
  return {
    id: server.id,
    userId: server.userId,
    projectId: server.projectId,
    metadata: own ? { ...metadata, user_metadata: own } : metadata,
  };
}

/**
 * A server's flavor from Nova's reference to it and what Nova says of it, `null` if it no longer does. From microversion 2.47
 * on the flavor itself stands in place of the reference, without an id: its name then is its id.
 */
export function describeFlavor(reference: Metadata, flavor: Metadata | null): FlavorMetadata {
  const id = flavorIdOf(reference);
  const said = id === undefined ? reference : (flavor ?? {});
  const name = asText(said[id === undefined ? 'original_name' : 'name']) ?? `unknown-id-${id ?? ''}`;
  return {
    ...(id === undefined ? { id: name } : reference),
    name,
    vcpus: asNumber(said['vcpus'], 0),
    ram: asNumber(said['ram'], 0),
    disk: asNumber(said['disk'], 0),
    ephemeral: asNumber(said['OS-FLV-EXT-DATA:ephemeral'], asNumber(said['ephemeral'], 0)),
  };
}

/**
 * A server's image from Nova's reference to it and what Glance or Nova say of it, `null` if they do not. Ceilometer 19.0.0
 * knows no kernel and no ramdisk: it looks where only Nova's images have them.
 */
export function describeImage(reference: Metadata, image: Metadata | null, compat: Compat): ImageMetadata {
  if (image === null) {
    const name = `unknown-id-${asText(reference['id']) ?? ''}`;
    return { reference: { ...reference, name }, kernelId: null, ramdiskId: null, properties: {} };
  }
  const nested = image['metadata'];
  const fields = { ...image, ...(typeof nested === 'object' ? (nested as Metadata) : {}) };
  return {
    reference: { ...reference, name: image['name'] ?? null },
    kernelId: compat === '19.0.0' ? null : (fields['kernel_id'] ?? null),
    ramdiskId: compat === '19.0.0' ? null : (fields['ramdisk_id'] ?? null),
    properties: imageProperties(reference, fields),
  };
}

/** Fields that are said elsewhere, or are about how to reach the image. */
const notProperties = new Set([
  'id',
  'name',
  'metadata',
  'kernel_id',
  'ramdisk_id',
  'self',
  'file',
  'schema',
  'direct_url',
]);

/** Glance's fields with a single value, each as Python writes it: Nova's libvirt metadata has nothing but texts here. */
function imageProperties(reference: Metadata, fields: Metadata): Metadata {
  const properties = Object.entries(fields).flatMap(([key, value]) =>
    notProperties.has(key) || value === null || typeof value === 'object' ? [] : [[key, pythonText(value)] as const],
  );
  return { base_image_ref: reference['id'] ?? null, ...Object.fromEntries(properties) };
}

function pythonText(value: string | number | boolean): string {
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  return String(value);
}

function firstLink(reference: Metadata): MetadataValue {
  const [link] = Array.isArray(reference['links']) ? (reference['links'] as readonly MetadataValue[]) : [];
  return typeof link === 'object' && link !== null && !Array.isArray(link)
    ? ((link as Metadata)['href'] ?? null)
    : null;
}

function pick(record: Metadata, keys: readonly string[]): Metadata {
  return Object.fromEntries(keys.flatMap((key) => (Object.hasOwn(record, key) ? [[key, record[key] ?? null]] : [])));
}

/** `null` is a value. */
function valueOr(value: MetadataValue | undefined, otherwise: MetadataValue): MetadataValue {
  return value === undefined ? otherwise : value;
}
