import { hostPortText, parseHostPort } from './host-port.ts';
import type { HostPort } from './host-port.ts';

/** Several servers that are one target, and as whom we come to them. */
export interface ServerList {
  /** At least one, in the order of the URL. */
  readonly servers: readonly HostPort[];
  /** What stands before the `@`, decoded. A token has no password. */
  readonly user?: { readonly name: string; readonly password?: string };
}

/**
 * Reads `[user[:password]@]host[:port][,host[:port]...]`; `undefined` if it is wrong.
 *
 * @param problems what is wrong is added here, without the user part, in words for the operator
 */
export function parseServerList(authority: string, defaultPort: number, problems: string[]): ServerList | undefined {
  // The last @ ends the user part and its first colon begins the password, as in the URLs of the other publishers.
  const [, userPart, list = ''] = /^(?:(.*)@)?(.*)$/s.exec(authority) ?? [];
  const servers: HostPort[] = [];
  const before = problems.length;
  for (const text of list.split(',')) {
    const parsed = parseHostPort(text, defaultPort);
    if (parsed.ok) servers.push(parsed.at);
    else problems.push(parsed.problem);
  }
  if (problems.length > before) return undefined;
  if (userPart === undefined) return { servers };
  const [, name = '', password] = /^([^:]*)(?::(.*))?$/s.exec(userPart) ?? [];
  if (name === '') {
    problems.push('there is nothing before the @ that could be a user; leave the @ out, or write user:password@');
    return undefined;
  }
  return { servers, user: { name: decode(name), ...(password !== undefined && { password: decode(password) }) } };
}

/** As it stands in a URL, without the user. */
export function serverListText(servers: readonly HostPort[]): string {
  return servers.map(hostPortText).join(',');
}

/** A `%` that begins no escape stands for itself. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
