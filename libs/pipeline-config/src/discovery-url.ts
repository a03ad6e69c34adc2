/** An entry of `discovery`, taken apart. */
export interface DiscoveryUrl {
  /** Name of the discovery, to be found as it stands: case counts. */
  readonly name: string;
  /** What it is to look for; `''` if the entry says so (`endpoint://`), `null` if it says nothing. */
  readonly parameter: string | null;
}

/**
 * Takes a discovery's URL apart: `endpoint:identity` and `endpoint://identity` are the discovery `endpoint` with the parameter
 * `identity`, `local_instances` is one without. Never throws; whether there is such a discovery is not asked.
 *
 * It is what Ceilometer gets from Python's `urlparse` (3.11): the name is the scheme if there is one, in small letters, and the
 * parameter then host and path; else the path is the name. A scheme is a letter, then letters, digits, `+`, `-` and `.`: with
 * any other character in front of its colon, `_` for one, the whole text is the name. Query and fragment are dropped, space
 * and control characters in front, and tabs and line ends anywhere. Where Python raises (square brackets or odd Unicode in a
 * host) the text is taken as it stands.
 */
export function parseDiscovery(text: string): DiscoveryUrl {
  const url = text.slice(leadingSpace(text)).replace(/[\t\r\n]/g, '');
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(url)?.[1];
  const rest = scheme === undefined ? url : url.slice(scheme.length + 1);
  const host = /^\/\/([^/?#]*)/.exec(rest);
  const path = (host === null ? rest : rest.slice(host[0].length)).replace(/[?#][^]*$/, '');
  if (scheme === undefined) return { name: withoutPathParameters(path), parameter: null };
  return { name: scheme.toLowerCase(), parameter: (host?.[1] ?? '') + path };
}

function leadingSpace(text: string): number {
  let index = 0;
  while (index < text.length && text.charCodeAt(index) <= 0x20) index++;
  return index;
}

/** Without a scheme, Python also takes off what follows a semicolon in the last part of the path. */
function withoutPathParameters(path: string): string {
  const semicolon = path.indexOf(';', path.lastIndexOf('/') + 1);
  return semicolon === -1 ? path : path.slice(0, semicolon);
}
