import { createHash } from 'node:crypto';
import type { Metadata, Sample } from '@nephometer/sample';
import { encodeField, encodeText } from '../protobuf.ts';
import { fieldOf, textOf } from '../series/native-naming.ts';

/** An attribute with a text, the only kind we have. */
export type Attribute = readonly [key: string, value: string];

/** What a sample is about: a resource, and of that perhaps a device. */
export interface SamplePlace {
  /** The virtual machine. */
  readonly resource: readonly Attribute[];
  /** What tells apart the samples of one meter of that machine. */
  readonly point: readonly Attribute[];
}

/** A {@link SamplePlace} as it is sent. */
export interface EncodedPlace {
  /** The same for all that have the same resource. */
  readonly resourceKey: string;
  /** The same for the same resource and device. */
  readonly key: string;
  /** `ResourceMetrics.resource`, with its tag. */
  readonly resource: Uint8Array;
  /** `NumberDataPoint.attributes`, with their tags. */
  readonly point: Uint8Array;
}

/** Architectures that the conventions have a word for. */
const architectures: Readonly<Record<string, string>> = {
  x86_64: 'amd64',
  i386: 'x86',
  i486: 'x86',
  i586: 'x86',
  i686: 'x86',
  aarch64: 'arm64',
  armv6l: 'arm32',
  armv7l: 'arm32',
  ppc64le: 'ppc64',
};

/**
 * The place of a sample, by OpenTelemetry's semantic conventions 1.44 where they have a word, and otherwise by those of
 * the collector's detector for OpenStack Nova, so that what an agent in the guest sends has the same resource. What is
 * not known is left out. Only what seldom changes is in it: with any change new series begin.
 */
export function samplePlace(sample: Sample): SamplePlace {
  const { resourceId, resourceMetadata: metadata, projectId, projectName, userId, userName } = sample;
  const { flavor, image } = metadata;
  const hostId = textOf(metadata['instance_id']);
  const architecture = textOf(metadata['architecture']);
  const isOpenStack = projectId !== null || userId !== null;
  return {
    resource: known([
      ['service.name', 'nephometer'],
      // Receivers that make Prometheus series know resources apart by these two alone.
      ['service.instance.id', hostId === '' ? resourceId : hostId],
      ['host.id', hostId],
      ['host.name', textOf(metadata['display_name'])],
      ['host.type', textOf(fieldOf(flavor, 'name')) || textOf(metadata['instance_type'])],
      ['host.arch', Object.hasOwn(architectures, architecture) ? (architectures[architecture] ?? '') : architecture],
      ['host.image.id', textOf(metadata['image_ref']) || textOf(fieldOf(image, 'id'))],
      ['host.image.name', textOf(fieldOf(image, 'name'))],
      ['cloud.provider', isOpenStack ? 'openstack' : ''],
      ['cloud.platform', isOpenStack ? 'openstack_nova' : ''],
      ['cloud.account.id', projectId ?? ''],
      ['cloud.availability_zone', textOf(metadata['OS-EXT-AZ:availability_zone'])],
      ['openstack.project.name', projectName ?? ''],
      ['openstack.user.id', userId ?? ''],
      ['openstack.user.name', userName ?? ''],
      ['openstack.flavor.id', textOf(fieldOf(flavor, 'id'))],
      ['vm.host.name', textOf(metadata['instance_host'])],
      ...ownMetadata(metadata),
    ]),
    point: known([
      ['system.device', textOf(metadata['disk_name'])],
      // Of a network card, `name` is the device; of anything else, the instance.
      ['network.interface.name', metadata['vnic_name'] === undefined ? '' : textOf(metadata['name'])],
      ['nephometer.resource.id', resourceId === hostId ? '' : resourceId],
    ]),
  };
}

export function encodePlace({ resource, point }: SamplePlace): EncodedPlace {
  const resourceBytes = encodeField(1, encodeAttributes(1, resource));
  const pointBytes = encodeAttributes(7, point);
  return {
    resourceKey: keyOf(resourceBytes),
    key: keyOf(resourceBytes, pointBytes),
    resource: resourceBytes,
    point: pointBytes,
  };
}

/** Short, since one is kept for each resource and device that was ever seen. */
function keyOf(...parts: readonly Uint8Array[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest('base64');
}

/** What the owner of the instance has written down for metering. */
function ownMetadata(metadata: Metadata): readonly Attribute[] {
  const own = metadata['user_metadata'];
  if (typeof own !== 'object' || own === null || Array.isArray(own)) return [];
  return Object.entries(own).map(([key, value]) => [`openstack.nova.meta.${key}`, textOf(value)]);
}

function known(attributes: readonly Attribute[]): readonly Attribute[] {
  return attributes.filter(([, value]) => value !== '');
}

// message KeyValue { string key = 1; AnyValue value = 2; } message AnyValue { oneof value { string string_value = 1; }
// }
function encodeAttributes(field: number, attributes: readonly Attribute[]): Uint8Array {
  return Buffer.concat(
    attributes.map(([key, value]) =>
      encodeField(field, Buffer.concat([encodeText(1, key), encodeField(2, encodeText(1, value))])),
    ),
  );
}
