import { createHash, createHmac, pbkdf2Sync, randomBytes, timingSafeEqual } from 'node:crypto';

/** One conversation of SCRAM, as a server has it (RFC 5802, without channel binding). */
export interface ScramServer {
  /** The answer to the client's next message; `undefined` if the client is not who it says. */
  answer(message: string): string | undefined;
  /** Whether the client has proved who it is. */
  readonly isProved: boolean;
}

const iterations = 4096;

/** A server that knows one user. */
export function createScramServer(hash: 'sha256' | 'sha512', user: string, password: string): ScramServer {
  const salt = randomBytes(16);
  const hmac = (key: Buffer, text: string): Buffer => createHmac(hash, key).update(text).digest();
  const salted = pbkdf2Sync(password, salt, iterations, hash === 'sha256' ? 32 : 64, hash);
  const clientKey = hmac(salted, 'Client Key');
  const storedKey = createHash(hash).update(clientKey).digest();
  let clientFirst: string | undefined;
  let serverFirst = '';
  let isProved = false;

  function first(message: string): string | undefined {
    const [, bare = '', name, nonce = ''] = /^n,,(n=([^,]*),r=([^,]*))$/.exec(message) ?? [];
    if (name !== user) return undefined;
    clientFirst = bare;
    serverFirst = `r=${nonce}${randomBytes(12).toString('base64')},s=${salt.toString('base64')},i=${iterations}`;
    return serverFirst;
  }

  function last(message: string): string | undefined {
    const [, withoutProof = '', proof = ''] = /^(.*),p=([^,]*)$/.exec(message) ?? [];
    const all = `${clientFirst},${serverFirst},${withoutProof}`;
    const signature = hmac(storedKey, all);
    const expected = Buffer.from(clientKey.map((byte, index) => byte ^ (signature[index] ?? 0)));
    const given = Buffer.from(proof, 'base64');
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) return undefined;
    isProved = true;
    return `v=${hmac(hmac(salted, 'Server Key'), all).toString('base64')}`;
  }

  return {
    answer: (message) => (clientFirst === undefined ? first(message) : last(message)),
    get isProved() {
      return isProved;
    },
  };
}
