import { parseHostPort } from '../host-port.ts';
import type { HostPort } from '../host-port.ts';
import { readSeconds } from '../option-values.ts';
import { checkOptionNames, parsePublisherUrl } from '../publisher-url.ts';

/** Ceilometer's, of UDP and TCP alike. */
const defaultPort = 4952;

/** What a `tcp://` URL says. */
export interface TcpOptions {
  readonly at: HostPort;
  /** How long connecting may take, and how long data may lie without getting on. Default 10,000. */
  readonly timeoutMs: number;
}

/** The options of a URL, or everything that is wrong with it. */
export type ParsedTcpUrl =
  { readonly ok: true; readonly options: TcpOptions } | { readonly ok: false; readonly problems: readonly string[] };

/** Reads `tcp://host[:port][?timeout=SECONDS]`. */
export function parseTcpUrl(url: string): ParsedTcpUrl {
  const parts = parsePublisherUrl(url);
  if (!parts) return { ok: false, problems: [`"${url}" is not a URL; one looks like tcp://collector:${defaultPort}`] };
  const parsed = parseHostPort(parts.authority, defaultPort);
  const problems = [
    ...(parsed.ok ? [] : [parsed.problem]),
    ...(['', '/'].includes(parts.path) ? [] : [`"${parts.path}" does nothing; end the address after the port`]),
    ...checkOptionNames(parts, ['timeout']),
  ];
  const timeoutMs = 1000 * readSeconds(parts, 'timeout', 10, problems);
  if (!parsed.ok || problems.length > 0) return { ok: false, problems };
  return { ok: true, options: { at: parsed.at, timeoutMs } };
}
