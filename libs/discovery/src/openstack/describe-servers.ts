import { OpenstackError, asText } from '@nephometer/openstack';
import type { LookupCache } from '@nephometer/openstack';
import type { Metadata, Resource } from '@nephometer/sample';
import { flavorIdOf, imageIdOf, parseServer } from './server.ts';
import type { Server } from './server.ts';
import { createServerResource, describeFlavor, describeImage } from './server-resource.ts';
import type { FlavorMetadata, ImageMetadata, ServerResourceOptions } from './server-resource.ts';

/**
 * What a record of Nova comes to.
 *
 * - `resource`: a server to be metered
 * - `left-out`: one that is not, as Ceilometer does not
 * - `gone`: one that was deleted
 * - `unknown`: one that cannot be described; asking again may help if `mayChange`
 */
export type Described =
  | { readonly kind: 'resource'; readonly id: string; readonly resource: Resource }
  | { readonly kind: 'left-out'; readonly id: string; readonly reason: string }
  | { readonly kind: 'gone'; readonly id: string }
  | { readonly kind: 'unknown'; readonly id: string; readonly reason: string; readonly mayChange: boolean };

/** Where descriptions come from, and what they are like. */
export interface DescribeInput extends ServerResourceOptions {
  readonly flavors: LookupCache;
  readonly images: LookupCache;
}

/** A look-up that failed costs only the servers that need it. */
type Found = Metadata | null | OpenstackError;

/** What servers with the same flavor or image share. */
interface Parts {
  readonly flavors: ReadonlyMap<string, Found>;
  readonly images: ReadonlyMap<string, Found>;
  readonly described: Map<string, FlavorMetadata | ImageMetadata>;
}

/**
 * Describes servers, in the order of their records; one without an id is left out. Each of their flavors and images is looked
 * up once. Rejects only with the signal's reason.
 */
export async function describeServers(
  records: readonly Metadata[],
  input: DescribeInput,
  signal: AbortSignal,
): Promise<readonly Described[]> {
  const servers = records.flatMap((record) => {
    const id = asText(record['id']);
    return id === undefined ? [] : [{ id, server: parseServer(record) }];
  });
  const metered = servers.flatMap(({ server }) => (server && stateOf(server) === 'metered' ? [server] : []));
  const [flavors, images] = await Promise.all([
    lookUp(
      input.flavors,
      metered.map(({ flavor }) => flavorIdOf(flavor)),
      signal,
    ),
    lookUp(input.images, metered.map(imageIdOf), signal),
  ]);
  const parts: Parts = { flavors, images, described: new Map() };
  return servers.map(({ id, server }) =>
    server
      ? describe(server, parts, input)
      : { kind: 'unknown', id, reason: 'Nova tells hardly more than its id', mayChange: false },
  );
}

function describe(server: Server, parts: Parts, options: ServerResourceOptions): Described {
  const { id } = server;
  const state = stateOf(server);
  if (state === 'deleted') return { kind: 'gone', id };
  if (state === 'error') return { kind: 'left-out', id, reason: 'Nova says that it is in an error state' };
  const flavor = flavorOf(server, parts);
  const image = imageOf(server, parts, options);
  for (const part of [flavor, image]) {
    if (!(part instanceof OpenstackError)) continue;
    return { kind: 'unknown', id, reason: `what it is made of cannot be looked up: ${part.message}`, mayChange: true };
  }
  const known = { flavor: flavor as FlavorMetadata, image: image as ImageMetadata | null };
  return { kind: 'resource', id, resource: createServerResource(server, known, options) };
}

/** By `vm_state`; by the status, whose words for this are the same, where the user may not see that. */
function stateOf({ vmState, status }: Server): 'metered' | 'deleted' | 'error' {
  const state = vmState ?? status.toLowerCase();
  return state === 'deleted' || state === 'error' ? state : 'metered';
}

function flavorOf({ flavor: reference }: Server, { flavors, described }: Parts): FlavorMetadata | OpenstackError {
  const id = flavorIdOf(reference);
  if (id === undefined) return describeFlavor(reference, null);
  const flavor = flavors.get(id) ?? null;
  if (flavor instanceof OpenstackError) return flavor;
  return once(described, `flavor ${id}`, () => describeFlavor(reference, flavor));
}

function imageOf(
  server: Server,
  parts: Parts,
  { compat }: ServerResourceOptions,
): ImageMetadata | OpenstackError | null {
  const id = imageIdOf(server);
  const { image: reference } = server;
  if (id === undefined || !reference) return null;
  const image = parts.images.get(id) ?? null;
  if (image instanceof OpenstackError) return image;
  return once(parts.described, `image ${id}`, () => describeImage(reference, image, compat));
}

function once<T extends FlavorMetadata | ImageMetadata>(made: Parts['described'], key: string, make: () => T): T {
  const value = (made.get(key) as T | undefined) ?? make();
  made.set(key, value);
  return value;
}

async function lookUp(
  cache: LookupCache,
  ids: readonly (string | undefined)[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, Found>> {
  const distinct = [...new Set(ids)].filter((id) => id !== undefined);
  const found = await Promise.all(distinct.map((id) => cache.get(id, signal).catch(toValue)));
  signal.throwIfAborted();
  return new Map(distinct.map((id, index) => [id, found[index] ?? null]));
}

function toValue(error: unknown): OpenstackError {
  if (error instanceof OpenstackError && error.code !== 'closed') return error;
  throw error;
}
