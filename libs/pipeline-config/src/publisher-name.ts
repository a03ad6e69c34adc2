/** Options whose value is a secret, by what their name ends in. */
const secretOption = /(?:password|passwd|secret|token|key|credential)s?$/i;

/** How a publisher is named in logs, ledgers and metrics: its URL without passwords, tokens and the like. */
export function publisherName(url: string): string {
  const [, scheme = '', authority = '', path = '', query, fragment = ''] =
    /^([a-z][a-z0-9+.-]*:\/\/)([^/?#]*)([^?#]*)(?:\?([^#]*))?(#.*)?$/is.exec(url) ?? [];
  if (scheme === '') return url;
  const at = authority.lastIndexOf('@');
  const host = authority.slice(at + 1);
  const [user = '', ...password] = at < 0 ? [] : authority.slice(0, at).split(':');
  const who = at < 0 ? '' : password.length > 0 ? `${user}:***@` : '***@';
  const shown = query?.split('&').map((part) => {
    const [name = ''] = part.split('=');
    return part.includes('=') && secretOption.test(decode(name)) ? `${name}=***` : part;
  });
  return `${scheme}${who}${host}${path}${shown === undefined ? '' : `?${shown.join('&')}`}${fragment}`;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
