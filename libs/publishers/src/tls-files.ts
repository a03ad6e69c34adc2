import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { ConnectionOptions } from 'node:tls';
import { PublisherError } from './publisher-error.ts';

/** How a target is trusted, and who we are to it. The files are PEM. */
export interface TlsFiles {
  /** False: any certificate of the target will do. */
  readonly isVerified: boolean;
  /** Authorities to trust instead of those that come with Node. */
  readonly caFile?: string;
  /** Our certificate, followed by those between it and its authority. */
  readonly certFile?: string;
  /** Its key, without a passphrase. Default: it is in {@link certFile}, too. */
  readonly keyFile?: string;
}

/**
 * The files as they are at this moment: read for each connection, so that renewed ones are taken without a restart.
 *
 * @param baseDirectory where relative paths begin; default: the working directory
 * @throws PublisherError `bad_file`, which names the file and says what is wrong with it
 */
export async function readTlsFiles(files: TlsFiles, baseDirectory = ''): Promise<ConnectionOptions> {
  const pathOf = (file: string | undefined): string | undefined => file && resolve(baseDirectory, file);
  const caFile = pathOf(files.caFile);
  const certFile = pathOf(files.certFile);
  const keyFile = pathOf(files.keyFile);
  const ca = caFile === undefined ? undefined : await read(caFile, 'certificates', checkAuthorities);
  const cert = certFile === undefined ? undefined : await read(certFile, 'a certificate', certificateOf);
  const keySource = keyFile ?? certFile;
  const key = keySource === undefined ? undefined : await read(keySource, 'a private key', createPrivateKey);
  if (cert && key && !cert.parsed.checkPrivateKey(key.parsed)) {
    throw new PublisherError('bad_file', `${keySource} is not the key of the certificate in ${certFile}`);
  }
  return {
    rejectUnauthorized: files.isVerified,
    ...(ca && { ca: ca.text }),
    ...(cert && key && { cert: cert.text, key: key.text }),
  };
}

async function read<T>(
  path: string,
  what: string,
  parse: (text: string) => T,
): Promise<{ readonly text: string; readonly parsed: T }> {
  try {
    const text = await readFile(path, 'utf8');
    return { text, parsed: parse(text) };
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new PublisherError('bad_file', `${path} cannot be used: expected ${what} in PEM (${why})`, { cause });
  }
}

function certificateOf(text: string): X509Certificate {
  return new X509Certificate(text);
}

const certificatePattern = /-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----/gs;

/** OpenSSL passes over what it cannot read among authorities, and then trusts nobody. */
function checkAuthorities(text: string): void {
  const certificates = text.match(certificatePattern) ?? [];
  if (certificates.length === 0) throw new Error('it has no certificate');
  certificates.forEach(certificateOf);
}
