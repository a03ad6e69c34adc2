import type { PublisherUrl } from '../publisher-url.ts';

/** A header of each request: HTTP's, or gRPC's metadata. */
export type Header = readonly [name: string, value: string];

/** Headers that belong to the protocol. */
const reserved = new Set([
  'connection',
  'content-encoding',
  'content-length',
  'content-type',
  'host',
  'te',
  'transfer-encoding',
  'user-agent',
]);

/** Shorter values are hidden nowhere: nobody has such tokens, and a tenant's number occurs in any message. */
const shortestSecret = 8;

/**
 * The options `header=name:value`, and the URL's user as the header of basic authentication.
 *
 * @param problems what is wrong is added here, without any value
 * @returns the headers, and what must not be shown of them
 */
export function parseHeaders(
  { options }: PublisherUrl,
  auth: { readonly user: string; readonly password: string } | undefined,
  problems: string[],
): { readonly headers: readonly Header[]; readonly secrets: readonly string[] } {
  const headers = new Map<string, string>();
  const secrets: string[] = [];
  if (auth) {
    const credentials = Buffer.from(`${auth.user}:${auth.password}`).toString('base64');
    headers.set('authorization', `Basic ${credentials}`);
    secrets.push(auth.password, credentials);
  }
  for (const [option, text] of options) {
    if (option !== 'header') continue;
    const colon = text.indexOf(':');
    if (colon <= 0) {
      problems.push('a header has no name; write header=name:value');
      continue;
    }
    const name = text.slice(0, colon).trim().toLowerCase();
    const value = text.slice(colon + 1).trim();
    const problem = checkHeader(name, value) ?? (headers.has(name) ? doubled(name, auth !== undefined) : undefined);
    if (problem !== undefined) problems.push(problem);
    headers.set(name, value);
    // The last word: the token of `Bearer token`.
    secrets.push(...[value, value.replace(/^.* /, '')].filter(({ length }) => length >= shortestSecret));
  }
  return { headers: [...headers], secrets };
}

function checkHeader(name: string, value: string): string | undefined {
  // What gRPC allows, which HTTP allows, too.
  if (!/^[a-z0-9_.-]+$/.test(name)) {
    return `"${name}" is no name of a header; it may have letters, digits, "-", "_" and "."`;
  }
  if (reserved.has(name) || name.startsWith('grpc-')) return `the header ${name} belongs to the protocol`;
  if (name.endsWith('-bin')) return `the header ${name} would have to be binary; its name must not end with -bin`;
  return /^[ -~]*$/.test(value) ? undefined : `the value of the header ${name} must be printable ASCII`;
}

function doubled(name: string, hasUser: boolean): string {
  return name === 'authorization' && hasUser
    ? 'the header authorization and the user before the host exclude each other'
    : `the header ${name} is given more than once`;
}
