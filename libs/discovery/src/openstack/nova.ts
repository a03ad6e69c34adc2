import { OpenstackError, asObject, asObjects, asText, below } from '@nephometer/openstack';
import type { Cloud } from '@nephometer/openstack';
import type { Metadata } from '@nephometer/sample';

/** Pages of one list, at most: with Nova's usual thousand servers a page far more than a host can have. */
const MOST_PAGES = 100;

/** Which servers are listed. */
export interface ServerQuery {
  /** Name of the host, as its `nova-compute` is called. */
  readonly host: string;
  /** Only servers that have changed since then, deleted ones with them; ms since 1970 by the cloud's clock. Absent: all. */
  readonly changesSinceMs?: number;
}

/**
 * All pages of a list of servers with their details, of all projects, in Nova's order; each as it came.
 *
 * @throws OpenstackError; the signal's reason if aborted
 */
export async function listServers(cloud: Cloud, query: ServerQuery, signal: AbortSignal): Promise<readonly Metadata[]> {
  const servers: Metadata[] = [];
  const markers = new Set<string>();
  let next: URLSearchParams | undefined = new URLSearchParams();
  while (next) {
    const page = await readPage(cloud, query, next, signal);
    servers.push(...page.servers);
    next = page.next;
    const marker = next?.get('marker');
    if (typeof marker !== 'string') continue;
    if (markers.has(marker)) throw pagingError(query, `its pages go round in a circle at ${marker}`);
    if (markers.size + 1 === MOST_PAGES) throw pagingError(query, `it has more than ${MOST_PAGES} pages`);
    markers.add(marker);
  }
  return servers;
}

interface Page {
  readonly servers: readonly Metadata[];
  /** What the next page is asked with; absent on the last one. */
  readonly next: URLSearchParams | undefined;
}

async function readPage(cloud: Cloud, query: ServerQuery, from: URLSearchParams, signal: AbortSignal): Promise<Page> {
  const answer = await cloud.get(
    {
      kind: 'servers',
      service: 'compute',
      url: (endpoint) => {
        const url = below(endpoint, 'servers/detail');
        url.search = searchOf(query, from).toString();
        return url;
      },
      headers: microversionHeaders(cloud.settings.microversion),
    },
    signal,
  );
  const servers = asObjects(answer['servers']);
  if (!servers) throw pagingError(query, 'the answer has no list of servers');
  return { servers, next: nextOf(answer, query) };
}

/** In alphabetical order, as novaclient sends them. */
function searchOf({ host, changesSinceMs }: ServerQuery, from: URLSearchParams): URLSearchParams {
  return new URLSearchParams([
    ['all_tenants', 'True'],
    ...(changesSinceMs === undefined ? [] : [['changes-since', formatTime(changesSinceMs)]]),
    ['host', host],
    ...from,
  ] as [string, string][]);
}

/** Whole seconds, the earlier one: Nova's own times have no fraction either. */
function formatTime(epochMs: number): string {
  return `${new Date(epochMs).toISOString().slice(0, 19)}Z`;
}

/**
 * What the link to the next page adds to the query. The link itself is not followed: behind a proxy its host is often one
 * that cannot be reached, and a token must not go wherever an answer says.
 */
function nextOf(answer: Metadata, query: ServerQuery): URLSearchParams | undefined {
  const link = (asObjects(answer['servers_links']) ?? []).find(({ rel }) => rel === 'next');
  if (!link) return undefined;
  const href = asText(link['href']) ?? '';
  const parameters = URL.canParse(href, 'http://localhost')
    ? new URL(href, 'http://localhost').searchParams
    : undefined;
  const marker = parameters?.get('marker');
  const limit = parameters?.get('limit');
  if (typeof marker !== 'string') throw pagingError(query, 'the link to its next page has no marker');
  return new URLSearchParams({ ...(typeof limit === 'string' && { limit }), marker });
}

function pagingError({ host }: ServerQuery, what: string): OpenstackError {
  return new OpenstackError('bad-answer', `Nova's list of servers on host "${host}" cannot be read: ${what}`);
}

/** Both spellings: of before and of since microversion 2.27. */
export function microversionHeaders(microversion: string): Readonly<Record<string, string>> {
  return { 'OpenStack-API-Version': `compute ${microversion}`, 'X-OpenStack-Nova-API-Version': microversion };
}

/** A flavor by its id. @throws OpenstackError `not-found`, among others */
export async function getFlavor(cloud: Cloud, id: string, signal: AbortSignal): Promise<Metadata> {
  const answer = await cloud.get(
    {
      kind: 'flavor',
      service: 'compute',
      url: (endpoint) => below(endpoint, `flavors/${encodeURIComponent(id)}`),
      headers: microversionHeaders(cloud.settings.microversion),
    },
    signal,
  );
  const flavor = asObject(answer['flavor']);
  if (!flavor) throw new OpenstackError('bad-answer', `Nova's answer about flavor "${id}" has no flavor in it`);
  return flavor;
}
