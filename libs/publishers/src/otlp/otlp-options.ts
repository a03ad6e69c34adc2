import { parseAuthority } from '../http/authority.ts';
import { readSeconds } from '../option-values.ts';
import type { TlsFiles } from '../tls-files.ts';
import { checkOptionNames, optionOf, parsePublisherUrl } from '../publisher-url.ts';
import type { PublisherUrl } from '../publisher-url.ts';
import { readTlsFileOptions } from '../tls-options.ts';
import { parseHeaders } from './header-options.ts';
import type { Header } from './header-options.ts';

/** What an `otlp://` or `otlps://` URL says. */
export interface OtlpOptions {
  readonly protocol: 'grpc' | 'http';
  /** What messages call the target: no user, no options. */
  readonly target: string;
  /** Name or address; one of IPv6 in brackets. */
  readonly host: string;
  readonly port: number;
  /** Where to post to; empty for gRPC, which has no paths. */
  readonly path: string;
  readonly timeoutMs: number;
  readonly isCompressed: boolean;
  /** Sent with each request, the credentials among them. Names in lower case, each once. */
  readonly headers: readonly Header[];
  /** Undefined: plain text. */
  readonly tls?: TlsFiles;
  /** What must not be shown if the target repeats it. */
  readonly secrets: readonly string[];
}

/** The options of a URL, or everything that is wrong with it. */
export type ParsedOtlpOptions =
  { readonly ok: true; readonly options: OtlpOptions } | { readonly ok: false; readonly problems: readonly string[] };

const optionNames = ['protocol', 'compression', 'header', 'timeout', 'verify_ssl', 'clientcert', 'clientkey'];

/** Reads `otlp[s]://[user:password@]host[:port][/path][?options]`; the options are in the README. */
export function parseOtlpOptions(url: string): ParsedOtlpOptions {
  const parts = parsePublisherUrl(url);
  if (!parts) return { ok: false, problems: ['it is not a URL; one looks like otlp://collector.example:4317'] };
  const problems = [...checkOptionNames(withoutFurtherHeaders(parts), optionNames)];
  const protocol = readChoice(parts, 'protocol', ['grpc', 'http'], problems);
  const compression = readChoice(parts, 'compression', ['gzip', 'none'], problems);
  const timeoutMs = readSeconds(parts, 'timeout', 10, problems) * 1000;
  const path = readPath(parts, protocol, problems);
  const isTls = parts.scheme === 'otlps';
  const tls = readTlsFileOptions(parts, { isTls, howToTls: 'write otlps://' }, problems);
  const example = `${parts.scheme}://collector.example:${defaultPorts[protocol]}`;
  const authority = parseAuthority(parts.authority, isTls ? 'https' : 'http', example, problems);
  const { headers, secrets } = parseHeaders(parts, authority?.auth, problems);
  if (authority === undefined || problems.length > 0) return { ok: false, problems };

  const host = new URL(authority.origin).hostname;
  // An origin does not tell a port that is not given from one that is the scheme's own.
  const port = Number(/:(\d+)$/.exec(parts.authority)?.[1] ?? defaultPorts[protocol]);
  return {
    ok: true,
    options: {
      protocol,
      target: `${parts.scheme}://${host}:${port}${path}`,
      host,
      port,
      path,
      timeoutMs,
      isCompressed: compression === 'gzip',
      headers,
      ...(tls && { tls }),
      secrets,
    },
  };
}

/** Those of the protocol's specification. */
const defaultPorts = { grpc: 4317, http: 4318 };

function withoutFurtherHeaders(parts: PublisherUrl): PublisherUrl {
  const first = parts.options.findIndex(([name]) => name === 'header');
  return { ...parts, options: parts.options.filter(([name], index) => name !== 'header' || index === first) };
}

function readChoice<T extends string>(
  parts: PublisherUrl,
  name: string,
  choices: readonly [T, T],
  problems: string[],
): T {
  const text = optionOf(parts, name);
  const choice = choices.find((candidate) => candidate === text);
  if (text !== undefined && choice === undefined) {
    problems.push(`${name} is "${text}"; it must be ${choices.join(' or ')}`);
  }
  return choice ?? choices[0];
}

function readPath({ path }: PublisherUrl, protocol: 'grpc' | 'http', problems: string[]): string {
  const isGiven = path !== '' && path !== '/';
  if (protocol === 'http') return isGiven ? new URL(`http://host${path}`).pathname : '/v1/metrics';
  // Not shown: of user:pass/word@host it is a part of the password.
  if (isGiven) problems.push('gRPC has no paths; leave out what follows the host, or add protocol=http');
  return '';
}
