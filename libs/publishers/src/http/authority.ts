/** Where a URL leads, and as whom. */
export interface Authority {
  /** Scheme, host and port, the way `URL` has it: no port if it is the scheme's own. */
  readonly origin: string;
  readonly auth?: { readonly user: string; readonly password: string };
}

// As Python's urllib has it: the last @ ends the user part, its first colon begins the password.
const pattern = /^(?:(?<user>[^:]*)(?::(?<password>.*))?@)?(?<host>\[[^\]@]*\]|[^:@[\]]*)(?::(?<port>[^:@]*))?$/s;

/**
 * The part of a URL between `//` and the path; `undefined` if it is wrong.
 *
 * @param example a right URL, for messages
 * @param problems what is wrong is added here, without the user part, in words for the operator
 */
export function parseAuthority(
  text: string,
  scheme: 'http' | 'https',
  example: string,
  problems: string[],
): Authority | undefined {
  const found = pattern.exec(text)?.groups;
  if (!found) {
    problems.push(`what stands before the path is not user:password@host:port; an example is ${example}`);
    return undefined;
  }
  const { user, password, host = '', port } = found;
  const before = problems.length;
  if (host === '') problems.push(`it names no host; an example is ${example}`);
  // Not shown: of user:pass/word@host it is a part of the password.
  if (port !== undefined && !isPort(port)) problems.push('its port is not a number from 1 to 65535');
  if (user !== undefined && password === undefined) {
    problems.push('it has a user without a password; write user:password@, or user:@ for an empty one');
  }
  if (problems.length > before) return undefined;
  const origin = originOf(`${scheme}://${host}${port === undefined || port === '' ? '' : `:${port}`}`);
  if (origin === undefined) {
    problems.push(`"${host}" is not a host name or an address; an example is ${example}`);
    return undefined;
  }
  if (user === undefined || password === undefined) return { origin };
  return { origin, auth: { user: decode(user), password: decode(password) } };
}

function isPort(text: string): boolean {
  return text === '' || (/^\d{1,5}$/.test(text) && Number(text) >= 1 && Number(text) <= 65535);
}

function originOf(url: string): string | undefined {
  return URL.canParse(url) ? new URL(url).origin : undefined;
}

/** A `%` that begins no escape stands for itself. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
