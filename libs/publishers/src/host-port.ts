import { isIPv6 } from 'node:net';

/** Where a target listens. */
export interface HostPort {
  /** Name or address; one of IPv6 without its brackets. */
  readonly host: string;
  readonly port: number;
}

/** A {@link HostPort}, or what is wrong with its text. */
export type ParsedHostPort =
  { readonly ok: true; readonly at: HostPort } | { readonly ok: false; readonly problem: string };

/** Reads `host`, `host:port`, `[address]` or `[address]:port`, without user and password. */
export function parseHostPort(text: string, defaultPort: number): ParsedHostPort {
  const [, literal, name, portText] = /^(?:\[([^[\]@]+)\]|([^[\]@:\s]+))(?::([^@]*))?$/s.exec(text) ?? [];
  const host = literal ?? name;
  if (host === undefined) {
    const example = `write host or host:${defaultPort}, an address of IPv6 in brackets`;
    // The text may have a password, which must not be repeated.
    return { ok: false, problem: text === '' ? `it names no host; ${example}` : `it has no readable host; ${example}` };
  }
  if (literal !== undefined && !isIPv6(literal)) {
    return { ok: false, problem: `[${literal}] is no address of IPv6; only those stand in brackets` };
  }
  const port = portText === undefined ? defaultPort : /^\d{1,5}$/.test(portText) ? Number(portText) : NaN;
  if (port >= 1 && port <= 65535) return { ok: true, at: { host, port } };
  return { ok: false, problem: `the port is "${portText}"; it must be a number from 1 to 65535` };
}

/** As it stands in a URL. */
export function hostPortText({ host, port }: HostPort): string {
  return `${isIPv6(host) ? `[${host}]` : host}:${port}`;
}
