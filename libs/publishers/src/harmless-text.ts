const mostCharacters = 200;

/** Looked at for these. What removes markup may look at each character several times. */
const mostRead = 8192;

/**
 * What somebody else wrote, as one short line for a log: no markup, no control characters or what reverses text, no secret.
 *
 * @param hidden texts that are shown as `***`; empty ones are passed over
 */
export function harmlessText(text: string, hidden: readonly string[] = []): string {
  const safe = hidden.reduce((shown, secret) => (secret === '' ? shown : shown.replaceAll(secret, '***')), text);
  const characters = [
    ...safe
      .slice(0, mostRead)
      .replace(/<(script|style|head)\b.*?<\/\1\s*>/gis, ' ')
      .replace(/<(\/?[a-z][a-z0-9]*(\s[^<>]*)?\/?|![^<>]*)>/gi, ' ')
      .replace(/[\p{C}\p{Z}\s]+/gu, ' ')
      .trim(),
  ];
  if (characters.length <= mostCharacters) return characters.join('');
  return `${characters.slice(0, mostCharacters).join('')}…`;
}
