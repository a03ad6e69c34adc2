import { checkOptionNames, parsePublisherUrl } from '../publisher-url.ts';
import type { PublisherUrl } from '../publisher-url.ts';
import { readTlsFileOptions } from '../tls-options.ts';
import { parseAuthority } from './authority.ts';
import { readCount, readFlag, readSeconds } from '../option-values.ts';
import type { HttpTargetOptions } from './http-target.ts';
import { pythonQuery } from './python-query.ts';

/** What a kind of publisher makes of an HTTP URL. */
export interface HttpUrlRules {
  /** An example of a right URL, for messages. */
  readonly example: string;
  /** Options of the publisher itself, besides {@link httpOptionNames}. */
  readonly ownOptions: readonly string[];
  /** Other options: `passed_on` in the query of each request, as Ceilometer does, or a problem. Default `passed_on`. */
  readonly otherOptions?: 'passed_on' | 'refused';
  /** Seconds for a request if the URL has no `timeout`. Default 5. */
  readonly timeoutSeconds?: number;
}

/** What an HTTP URL says. */
export interface HttpUrl {
  /** For `createHttpTarget`. */
  readonly target: HttpTargetOptions;
  /** As it is requested, encoded; at least `/`. */
  readonly path: string;
  /** As it follows the path, with its `?`; empty if there is none. */
  readonly query: string;
  /** For the publisher's own options. */
  readonly parts: PublisherUrl;
}

/** The options that all HTTP publishers share. `ssl` is one only where the scheme is neither `http` nor `https`. */
export const httpOptionNames = ['timeout', 'max_retries', 'verify_ssl', 'clientcert', 'clientkey', 'raw_only'] as const;

/**
 * The parts of a URL `scheme://[user:password@]host[:port]/path?options` that all HTTP publishers read alike; `undefined` if it is
 * too wrong to go on with.
 *
 * @param problems what is wrong with it is added here, in words for the operator
 */
export function parseHttpUrl(url: string, rules: HttpUrlRules, problems: string[]): HttpUrl | undefined {
  const parts = parsePublisherUrl(url);
  if (!parts) {
    problems.push(`it is not a URL; one looks like ${rules.example}`);
    return undefined;
  }
  const isDerived = parts.scheme !== 'http' && parts.scheme !== 'https';
  const known = [...httpOptionNames, ...(isDerived ? ['ssl'] : []), ...rules.ownOptions];
  const isKnown = ([name]: readonly [string, string]): boolean => known.includes(name);
  const others = parts.options.filter((option) => !isKnown(option));
  const isPassing = (rules.otherOptions ?? 'passed_on') === 'passed_on';
  const checked = isPassing ? { ...parts, options: parts.options.filter(isKnown) } : parts;
  problems.push(...checkOptionNames(checked, known));

  const isTls = isDerived ? readFlag(parts, 'ssl', false, problems) : parts.scheme === 'https';
  const timeoutMs = readSeconds(parts, 'timeout', rules.timeoutSeconds ?? 5, problems) * 1000;
  const retries = readCount(parts, 'max_retries', { fallback: 2, most: 10 }, problems);
  readFlag(parts, 'raw_only', false, problems);
  // Ceilometer's URLs may say verify_ssl whether there is TLS or not.
  const tls = readTlsFileOptions(parts, { isTls, howToTls: howToTls(parts), idleOptions: ['verify_ssl'] }, problems);
  const authority = parseAuthority(parts.authority, isTls ? 'https' : 'http', rules.example, problems);
  if (!authority) return undefined;
  const { origin, auth } = authority;
  return {
    target: {
      origin,
      timeoutMs,
      retries,
      ...(tls && { tls }),
      ...(auth && { auth }),
      secrets: isPassing ? others.map(([, value]) => value).filter((value) => value.length >= shortestSecret) : [],
    },
    // Encodes what has no place in a request line, and leaves what is encoded.
    path: new URL(`${origin}${parts.path}`).pathname,
    query: isPassing ? pythonQuery(others) : '',
    parts,
  };
}

/** Shorter values of a query are hidden nowhere: nobody has such tokens, and words like `true` occur in any message. */
const shortestSecret = 8;

function howToTls({ scheme }: PublisherUrl): string {
  return scheme === 'http' ? 'write https://' : 'add ssl=1';
}
