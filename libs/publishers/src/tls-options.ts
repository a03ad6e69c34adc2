import { readFlag, readVerification } from './option-values.ts';
import type { TlsFiles } from './tls-files.ts';
import { optionOf } from './publisher-url.ts';
import type { PublisherUrl } from './publisher-url.ts';

/** The options of TLS where the scheme does not say whether there is any. Names and meaning are those of the HTTP publishers. */
export const tlsOptionNames = ['ssl', 'verify_ssl', 'clientcert', 'clientkey'] as const;

/**
 * Reads them; `undefined` without `ssl`, which is off by default.
 *
 * @param problems what is wrong is added here, in words for the operator
 */
export function readTlsOptions(parts: PublisherUrl, problems: string[]): TlsFiles | undefined {
  const isTls = readFlag(parts, 'ssl', false, problems);
  return readTlsFileOptions(parts, { isTls, howToTls: 'add ssl=1' }, problems);
}

/** How {@link readTlsFileOptions} reads. */
export interface TlsFileRules {
  /** Whether the URL asks for TLS. */
  readonly isTls: boolean;
  /** What would make it ask, for messages. */
  readonly howToTls: string;
  /** Options that may stand there without TLS, where they do nothing. Default: none. */
  readonly idleOptions?: readonly string[];
}

/**
 * Reads `verify_ssl`, `clientcert` and `clientkey`; `undefined` without TLS.
 *
 * @param problems what is wrong is added here, in words for the operator
 */
export function readTlsFileOptions(parts: PublisherUrl, rules: TlsFileRules, problems: string[]): TlsFiles | undefined {
  const { isTls, howToTls, idleOptions = [] } = rules;
  const verification = readVerification(parts, 'verify_ssl', problems);
  const certFile = optionOf(parts, 'clientcert');
  const keyFile = optionOf(parts, 'clientkey');
  if (keyFile !== undefined && certFile === undefined) problems.push('clientkey does nothing without clientcert');
  for (const name of ['verify_ssl', 'clientcert', 'clientkey']) {
    const value = optionOf(parts, name);
    if (value === undefined) continue;
    // What an empty verify_ssl should be is said where it is read.
    if (value === '' && name !== 'verify_ssl') problems.push(`${name} is empty; it must be the path of a PEM file`);
    else if (!isTls && !idleOptions.includes(name)) problems.push(`${name} does nothing without TLS; ${howToTls}`);
  }
  if (!isTls) return undefined;
  return { ...verification, ...(certFile !== undefined && { certFile }), ...(keyFile !== undefined && { keyFile }) };
}
