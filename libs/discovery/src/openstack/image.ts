import { OpenstackError, asObject, below, selectEndpoints, withVersion } from '@nephometer/openstack';
import type { Cloud } from '@nephometer/openstack';
import type { Metadata } from '@nephometer/sample';
import { microversionHeaders } from './nova.ts';

/** The last microversion of Nova that passes on to Glance. */
const LAST_WITH_IMAGES = '2.35';

/**
 * An image by its id: what Glance says, or where the catalog has no Glance, what Nova passes on from it.
 *
 * @throws OpenstackError `not-found`, among others
 */
export async function getImage(cloud: Cloud, id: string, signal: AbortSignal): Promise<Metadata> {
  const { regionName: region, interface: which } = cloud.settings;
  const catalog = await cloud.catalog(signal);
  const path = `images/${encodeURIComponent(id)}`;
  if (selectEndpoints(catalog, 'image', { region, interface: which }).length > 0) {
    const url = (endpoint: URL): URL => below(withVersion(endpoint, 'v2'), path);
    return cloud.get({ kind: 'image', service: 'image', url }, signal);
  }
  const headers = microversionHeaders(earlierOf(cloud.settings.microversion, LAST_WITH_IMAGES));
  const url = (endpoint: URL): URL => below(endpoint, path);
  const image = asObject((await cloud.get({ kind: 'image', service: 'compute', url, headers }, signal))['image']);
  if (!image) throw new OpenstackError('bad-answer', `Nova's answer about image "${id}" has no image in it`);
  return image;
}

function earlierOf(left: string, right: string): string {
  const minor = (version: string): number => Number(version.split('.')[1] ?? 0);
  return minor(left) < minor(right) ? left : right;
}
