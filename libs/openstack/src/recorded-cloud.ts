import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Metadata, MetadataValue } from '@nephometer/sample';
import { parseCoordinatorConfig } from '@nephometer/service-config';
import type { OpenstackConfig } from '@nephometer/service-config';

/** What Keystone 22, Nova 26.2 and Glance's API v2 answered, with `{{url}}` in place of their own address. */
interface Recorded {
  readonly token: Metadata;
  readonly unauthorized: Metadata;
  readonly server: Metadata;
  readonly flavors: Readonly<Record<string, Metadata>>;
  readonly images: Readonly<Record<string, Metadata>>;
  readonly domains: readonly Metadata[];
  readonly projects: readonly Metadata[];
}

/** A server as it is listed, with what only Nova knows of it. */
export interface CloudServer {
  readonly host: string;
  readonly updatedAtMs: number;
  readonly record: Metadata;
}

/** Answers one request in place of the cloud, or leaves it alone; false lets the cloud answer. */
export type Fault = (request: ReadRequest, response: ServerResponse) => boolean;

/** A request with its whole body. */
export type ReadRequest = IncomingMessage & { readonly text: string };

/** A small cloud for tests over real HTTP: what it says is what real services said, and its rules are theirs. */
export interface RecordedCloud extends AsyncDisposable {
  /** Where it is, credentials that it accepts, and the rest as by default. */
  readonly config: OpenstackConfig;
  /** All servers by id; tests change them. */
  readonly servers: Map<string, CloudServer>;
  readonly images: Map<string, Metadata>;
  /** Types of services that its catalog leaves out. */
  readonly missing: Set<string>;
  /** Every request, in order: `GET /v2.1/servers/detail?...`. */
  readonly requests: string[];
  /** Headers of the last request. */
  headers: IncomingMessage['headers'];
  /** Its own time, in ms since 1970. */
  now: () => number;
  /** Servers on a page. */
  pageSize: number;
  /** In ms. */
  tokenLifetimeMs: number;
  /** What goes wrong; nothing at first. */
  fault: Fault | undefined;
  /** No token given so far is good any more. */
  revokeTokens(): void;
  /** Whether a request comes with a token that is good. */
  isGoodToken(request: IncomingMessage): boolean;
  /** Id of the project of that name. */
  projectId(name: string): string;
}

/** Starts one on a port of 127.0.0.1. */
export async function startRecordedCloud(): Promise<RecordedCloud> {
  const tokens = new Set<string>();
  const text = readFileSync(new URL('../testdata/openstack-answers.json', import.meta.url), 'utf8');
  let issued = 0;

  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      cloud.requests.push(`${request.method} ${request.url}`);
      cloud.headers = request.headers;
      const text = Buffer.concat(chunks).toString();
      if (cloud.fault?.(Object.assign(request, { text }), response)) return;
      answer(request, response, text === '' ? undefined : (JSON.parse(text) as AuthBody));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const recorded = JSON.parse(text.replaceAll('{{url}}', url)) as Recorded;

  function answer(request: IncomingMessage, response: ServerResponse, body: AuthBody | undefined): void {
    const { pathname, searchParams } = new URL(request.url ?? '/', url);
    if (pathname === '/v3/auth/tokens') return authenticate(response, body);
    if (!cloud.isGoodToken(request)) return send(response, 401, recorded.unauthorized);
    const [, , kind = '', id = ''] = pathname.split('/');
    if (pathname === '/v2.1/servers/detail') return send(response, 200, listServers(searchParams));
    if (kind === 'domains') return send(response, 200, { domains: enabled(recorded.domains, searchParams) });
    if (kind === 'projects') {
      const ofDomain = recorded.projects.filter((project) => project['domain_id'] === searchParams.get('domain_id'));
      return send(response, 200, { projects: enabled(ofDomain, searchParams) });
    }
    const found = kind === 'flavors' ? recorded.flavors[id] : kind === 'images' ? cloud.images.get(id) : undefined;
    if (!found) {
      return send(response, 404, { itemNotFound: { code: 404, message: `${kind} ${id} could not be found.` } });
    }
    // Glance's own API has the image itself, Nova's wraps it.
    send(response, 200, pathname.startsWith('/v2/') ? found : { [kind.slice(0, -1)]: found });
  }

  function authenticate(response: ServerResponse, body: AuthBody | undefined): void {
    const { password, application_credential: application, token } = body?.auth.identity ?? {};
    const accepted = password
      ? password.user.name === 'ceilometer' && password.user.password === 'lab'
      : application
        ? application.id === 'app' && application.secret === 'app-secret'
        : token?.id === 'given-token';
    if (!accepted) {
      const message = 'The request you have made requires authentication.';
      return send(response, 401, { error: { code: 401, message, title: 'Unauthorized' } });
    }
    issued += 1;
    tokens.add(`token-${issued}`);
    const nowMs = cloud.now();
    const catalog = (recorded.token['catalog'] as readonly Metadata[]).filter(
      ({ type }) => !cloud.missing.has(type as string),
    );
    const issued_at = new Date(nowMs).toISOString();
    const expires_at = new Date(nowMs + cloud.tokenLifetimeMs).toISOString();
    response.setHeader('X-Subject-Token', `token-${issued}`);
    send(response, 201, { token: { ...recorded.token, catalog, issued_at, expires_at } });
  }

  /** Newest first, as Nova does; deleted ones only with their changes. */
  function listServers(query: URLSearchParams): Metadata {
    const since = query.get('changes-since');
    const all = [...cloud.servers.values()]
      .filter(({ host }) => host === query.get('host'))
      .filter(({ updatedAtMs }) => since === null || updatedAtMs >= Date.parse(since))
      .filter(({ record }) => since !== null || record['status'] !== 'DELETED')
      .map(({ record }) => record);
    const marker = query.get('marker');
    const start = marker === null ? 0 : all.findIndex(({ id }) => id === marker) + 1;
    const servers = all.slice(start, start + cloud.pageSize);
    const last = servers.at(-1);
    if (start + cloud.pageSize >= all.length || !last) return { servers };
    query.set('marker', last['id'] as string);
    // A host name that leads nowhere, as behind many a proxy.
    return {
      servers,
      servers_links: [{ rel: 'next', href: `http://nova.internal/v2.1/servers/detail?${query.toString()}` }],
    };
  }

  const cloud: RecordedCloud = {
    config: configOf(`${url}/v3`),
    servers: new Map(),
    images: new Map(Object.entries(recorded.images)),
    missing: new Set(),
    requests: [],
    headers: {},
    now: () => Date.now(),
    pageSize: 1000,
    tokenLifetimeMs: 3_600_000,
    fault: undefined,
    revokeTokens: () => tokens.clear(),
    isGoodToken: ({ headers }) => tokens.has(String(headers['x-auth-token'])),
    projectId: (wanted) => recorded.projects.find(({ name }) => name === wanted)?.['id'] as string,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return cloud;
}

/** As an operator would write it: all else is by default. */
function configOf(authUrl: string): OpenstackConfig {
  const openstack = { auth_url: authUrl, username: 'ceilometer', password: 'lab', project_name: 'service' };
  const config = { pipeline_file: 'pipeline.yaml', inspectors: [{ targets: ['127.0.0.1:7750'] }], openstack };
  // YAML takes JSON.
  const parsed = parseCoordinatorConfig(JSON.stringify(config), { file: 'coordinator.yaml', flags: {}, env: {} });
  if (!parsed.ok || !parsed.value.openstack) throw new Error('the configuration of the recorded cloud is wrong');
  return parsed.value.openstack;
}

/** A server like the recorded one, with what a test wants different. */
export function cloudServer(id: string, different: Metadata = {}, host = 'compute-1', updatedAtMs = 0): CloudServer {
  const { server } = JSON.parse(
    readFileSync(new URL('../testdata/openstack-answers.json', import.meta.url), 'utf8'),
  ) as Recorded;
  return { host, updatedAtMs, record: { ...server, id, ...different } };
}

interface AuthBody {
  readonly auth: {
    readonly identity: {
      readonly password?: { readonly user: { readonly name: string; readonly password: string } };
      readonly application_credential?: { readonly id: string; readonly secret: string };
      readonly token?: { readonly id: string };
    };
  };
}

function enabled(records: readonly Metadata[], query: URLSearchParams): readonly Metadata[] {
  return query.has('enabled') ? records.filter((record) => record['enabled'] === true) : records;
}

/** Answers with JSON. */
export function send(response: ServerResponse, status: number, value: MetadataValue): void {
  response.writeHead(status, { 'Content-Type': 'application/json' });
  response.end(JSON.stringify(value));
}
