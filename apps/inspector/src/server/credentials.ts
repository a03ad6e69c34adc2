import { readFile } from 'node:fs/promises';
import { ServerCredentials } from '@grpc/grpc-js';
import { InspectorError } from '../inspector-error.ts';

/** Certificates of the API: paths of PEM files. */
export interface TlsSettings {
  /** Signs the clients' certificates. */
  readonly ca: string;
  /** Our certificate, with its chain. */
  readonly cert: string;
  /** Our private key. */
  readonly key: string;
  /** Names of the clients that are let in, see {@link admitClients}; empty means every client that the CA signed. */
  readonly allow: readonly string[];
}

/**
 * Credentials of the server: TLS with client certificates, or none.
 *
 * @throws InspectorError `bad-tls` for files that cannot be read or do not fit together
 */
export async function createCredentials(tls: TlsSettings | undefined): Promise<ServerCredentials> {
  if (tls === undefined) return ServerCredentials.createInsecure();
  const [ca, cert, key] = await Promise.all([read('ca', tls.ca), read('cert', tls.cert), read('key', tls.key)]);
  return ServerCredentials.createSsl(ca, [{ private_key: key, cert_chain: cert }], true);
}

async function read(what: string, path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new InspectorError('bad-tls', `tls.${what}: ${reason}; name a PEM file that this process can read`, {
      cause: error,
    });
  }
}
