import { asObject, asText } from '@nephometer/openstack';
import type { Metadata } from '@nephometer/sample';

/** A server as Nova describes it: what everything needs of it is checked, the rest is as it came. */
export interface Server {
  readonly id: string;
  readonly name: string;
  readonly userId: string;
  readonly projectId: string;
  /** For example `ACTIVE`. */
  readonly status: string;
  /** `OS-EXT-STS:vm_state`, for example `active`; `null` if Nova does not show it to the user. */
  readonly vmState: string | null;
  /** A reference with `id` and `links`, or from microversion 2.47 on the flavor itself. */
  readonly flavor: Metadata;
  /** A reference with `id` and `links`; `null` if it boots from a volume. */
  readonly image: Metadata | null;
  /** What its users wrote about it. */
  readonly metadata: Metadata;
  /** All that Nova said. */
  readonly record: Metadata;
}

/** `undefined` if it lacks what a server must have, as one does whose part of the cloud is down: only its id is told then. */
export function parseServer(record: Metadata): Server | undefined {
  const id = asText(record['id']);
  const name = asText(record['name']);
  const userId = asText(record['user_id']);
  const projectId = asText(record['tenant_id']);
  const status = asText(record['status']);
  const flavor = asObject(record['flavor']);
  if (id === undefined || name === undefined || status === undefined || !flavor) return undefined;
  if (userId === undefined || projectId === undefined) return undefined;
  if (flavorIdOf(flavor) === undefined && flavor['original_name'] === undefined) return undefined;
  const image = asObject(record['image']);
  return {
    id,
    name,
    userId,
    projectId,
    status,
    vmState: asText(record['OS-EXT-STS:vm_state']) ?? null,
    flavor,
    image: image && asText(image['id']) !== undefined ? image : null,
    metadata: asObject(record['metadata']) ?? {},
    record,
  };
}

/** Id of a flavor that is only referred to; `undefined` if the flavor itself is there. */
export function flavorIdOf(flavor: Metadata): string | undefined {
  return asText(flavor['id']);
}

/** Id of the image that a server was made from. */
export function imageIdOf({ image }: Server): string | undefined {
  return image === null ? undefined : asText(image['id']);
}
