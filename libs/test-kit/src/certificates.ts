import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runCommand } from './run-command.ts';

const EC_KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
const DAYS = ['-days', '2'];

/**
 * Makes a certificate authority, `ca.pem`, and certificates that it signed, `NAME.pem` with `NAME.key`, in a directory; good
 * for two days. Needs openssl.
 *
 * @param names what each certificate is for, as openssl's subjectAltName: `{ server: 'DNS:localhost,IP:127.0.0.1' }`
 * @returns the path of one of the files
 */
export async function createCertificates(
  directory: string,
  names: Readonly<Record<string, string>>,
): Promise<(file: string) => string> {
  const path = (file: string): string => join(directory, file);
  const openssl = (...args: readonly string[]): Promise<string> => runCommand('openssl', args);
  const ca = ['-keyout', path('ca.key'), '-out', path('ca.pem'), '-subj', '/CN=ca'];
  await openssl('req', '-x509', ...EC_KEY, ...ca, ...DAYS);
  for (const [name, subjectAltName] of Object.entries(names)) {
    const request = ['-keyout', path(`${name}.key`), '-out', path(`${name}.csr`), '-subj', `/CN=${name}`];
    await openssl('req', '-new', ...EC_KEY, ...request);
    await writeFile(path(`${name}.ext`), `subjectAltName=${subjectAltName}\n`);
    const signer = ['-CA', path('ca.pem'), '-CAkey', path('ca.key'), '-CAcreateserial'];
    const signed = ['-in', path(`${name}.csr`), '-extfile', path(`${name}.ext`), '-out', path(`${name}.pem`)];
    await openssl('x509', '-req', ...signer, ...signed, ...DAYS);
  }
  return path;
}
