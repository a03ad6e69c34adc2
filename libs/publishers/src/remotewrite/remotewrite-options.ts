import type { HttpTargetOptions } from '../http/http-target.ts';
import { parseHttpUrl } from '../http/http-options.ts';
import { optionOf } from '../publisher-url.ts';
import type { PublisherUrl } from '../publisher-url.ts';
import { readSeriesOptions, seriesOptionNames } from '../series/series-options.ts';
import type { SeriesOptions } from '../series/series-options.ts';

/** What a `remotewrite://` URL says. */
export interface RemoteWriteOptions extends SeriesOptions {
  readonly target: HttpTargetOptions;
  /** Of the receiver, with a query if there is one. */
  readonly path: string;
  /** Further headers of each request, by name. */
  readonly headers: Readonly<Record<string, string>>;
  /** A file with a token, read for each request. */
  readonly bearerTokenFile?: string;
}

/** The options of a URL, or everything that is wrong with it. */
export type ParsedRemoteWriteOptions =
  | { readonly ok: true; readonly options: RemoteWriteOptions }
  | { readonly ok: false; readonly problems: readonly string[] };

/** Shorter values of headers are hidden nowhere: nobody has such tokens, and a tenant's number occurs in any message. */
const shortestSecret = 8;

/** Headers that the protocol, or another option, sets. */
const reserved = new Set([
  'authorization',
  'connection',
  'content-encoding',
  'content-length',
  'content-type',
  'host',
  'transfer-encoding',
  'user-agent',
  'x-prometheus-remote-write-version',
]);

/** Reads `remotewrite://[USER:PASSWORD@]HOST[:PORT][/PATH][?options]`; see README.md. Touches nothing. */
export function parseRemoteWriteOptions(url: string): ParsedRemoteWriteOptions {
  const problems: string[] = [];
  const rules = {
    example: 'remotewrite://prometheus.example:9090/api/v1/write',
    ownOptions: ['bearer_token_file', 'headers', ...seriesOptionNames],
    otherOptions: 'refused',
    timeoutSeconds: 30,
  } as const;
  const http = parseHttpUrl(url, rules, problems);
  if (!http) return { ok: false, problems };
  const { target, path, parts } = http;
  const headers = readHeaders(parts, problems);
  const bearerTokenFile = optionOf(parts, 'bearer_token_file');
  if (bearerTokenFile === '') problems.push('bearer_token_file is empty; it must be the path of a file');
  if (bearerTokenFile !== undefined && target.auth) {
    problems.push('it has a user and a bearer_token_file; a request can carry only one of them');
  }
  const series = readSeriesOptions(parts, problems);
  if (problems.length > 0) return { ok: false, problems };
  return {
    ok: true,
    options: {
      ...series,
      target: { ...target, secrets: Object.values(headers).filter(({ length }) => length >= shortestSecret) },
      path: path === '/' ? '/api/v1/write' : path,
      headers,
      ...(bearerTokenFile !== undefined && { bearerTokenFile }),
    },
  };
}

/** `headers=NAME:VALUE[,NAME:VALUE...]` */
function readHeaders(parts: PublisherUrl, problems: string[]): Readonly<Record<string, string>> {
  const headers = new Map<string, string>();
  for (const entry of optionOf(parts, 'headers')?.split(',') ?? []) {
    const [, name = '', value = ''] = /^\s*([!#$%&'*+.^_`|~\w-]+)\s*:\s*([\x20-\x7e]*?)\s*$/.exec(entry) ?? [];
    const key = name.toLowerCase();
    if (name === '')
      problems.push('headers must be NAME:VALUE, several with a comma between, as in X-Scope-OrgID:team-a');
    else if (reserved.has(key)) problems.push(`headers sets ${name}, which is set by the protocol or another option`);
    else if (headers.has(key)) problems.push(`headers sets ${name} more than once`);
    else headers.set(key, value);
  }
  return Object.fromEntries(headers);
}
