import type { Metadata } from '@nephometer/sample';
import { asObjects, asText } from './json.ts';
import { OpenstackError } from './openstack-error.ts';
import type { EndpointInterface } from '@nephometer/service-config';

/** One URL of a service. */
export interface Endpoint {
  /** Type of the service, for example `compute`. */
  readonly type: string;
  readonly region: string | null;
  /** `public`, `internal`, `admin`, or another word of the cloud's. */
  readonly interface: string;
  readonly url: string;
}

/** Which endpoints are meant. */
export interface EndpointQuery {
  readonly region: string | undefined;
  readonly interface: EndpointInterface;
}

/** The catalog of a token as a flat list, in its order; what is not understood is left out. */
export function parseCatalog(token: Metadata): readonly Endpoint[] {
  return (asObjects(token['catalog']) ?? []).flatMap((service) =>
    (asObjects(service['endpoints']) ?? []).flatMap((endpoint) => {
      const type = asText(service['type']);
      const url = asText(endpoint['url']);
      const which = asText(endpoint['interface']);
      if (type === undefined || url === undefined || which === undefined || !URL.canParse(url)) return [];
      const region = asText(endpoint['region_id']) ?? asText(endpoint['region']) ?? null;
      return [{ type, region, interface: which, url }];
    }),
  );
}

/** The endpoints of a type, or of all types if it is `null`, in region and interface. */
export function selectEndpoints(
  catalog: readonly Endpoint[],
  type: string | null,
  { region, interface: which }: EndpointQuery,
): readonly Endpoint[] {
  return catalog.filter(
    (endpoint) =>
      (type === null || endpoint.type === type) &&
      (region === undefined || endpoint.region === region) &&
      endpoint.interface === which,
  );
}

/** @throws OpenstackError `no-endpoint`, which says what there is instead */
export function findEndpoint(catalog: readonly Endpoint[], type: string, query: EndpointQuery): URL {
  const [found] = selectEndpoints(catalog, type, query);
  if (found) return new URL(found.url);
  const region = query.region === undefined ? 'any region' : `region "${query.region}"`;
  const wanted = `Keystone's catalog has no ${query.interface} endpoint of type "${type}" in ${region}`;
  throw new OpenstackError('no-endpoint', `${wanted}; ${alternatives(catalog, type)}`);
}

function alternatives(catalog: readonly Endpoint[], type: string): string {
  const ofType = catalog.filter((endpoint) => endpoint.type === type);
  if (ofType.length > 0) {
    const list = ofType.map((endpoint) => `${endpoint.interface} in "${endpoint.region ?? ''}"`);
    return `there is ${unique(list)}: check region_name and interface`;
  }
  if (catalog.length > 0) return `there are services of type ${unique(catalog.map((endpoint) => endpoint.type))}`;
  return 'it is empty: the user needs a role in the project that the credentials name';
}

function unique(words: readonly string[]): string {
  return [...new Set(words)].join(', ');
}
