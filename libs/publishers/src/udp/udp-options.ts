import { parseHostPort } from '../host-port.ts';
import type { HostPort } from '../host-port.ts';
import { checkOptionNames, parsePublisherUrl } from '../publisher-url.ts';

/** Ceilometer's, of UDP and TCP alike. */
export const defaultPort = 4952;

/** What a `udp://` URL says. */
export interface UdpOptions {
  readonly at: HostPort;
}

/** The options of a URL, or everything that is wrong with it. */
export type ParsedUdpUrl =
  { readonly ok: true; readonly options: UdpOptions } | { readonly ok: false; readonly problems: readonly string[] };

/** Reads `udp://host[:port]`. */
export function parseUdpUrl(url: string): ParsedUdpUrl {
  const parts = parsePublisherUrl(url);
  if (!parts) return { ok: false, problems: [`"${url}" is not a URL; one looks like udp://collector:${defaultPort}`] };
  const parsed = parseHostPort(parts.authority, defaultPort);
  const problems = [
    ...(parsed.ok ? [] : [parsed.problem]),
    ...(['', '/'].includes(parts.path) ? [] : [`"${parts.path}" does nothing; end the address after the port`]),
    ...checkOptionNames(parts, []),
  ];
  return parsed.ok && problems.length === 0 ? { ok: true, options: { at: parsed.at } } : { ok: false, problems };
}
