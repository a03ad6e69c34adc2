/**
 * A text as databases take it: PostgreSQL has no NUL in its texts, SQLite's own functions end there, and neither has halves of
 * surrogate pairs. Each of these becomes U+FFFD.
 */
export function storableText(text: string): string {
  const clean = text.includes('\0') ? text.replaceAll('\0', '\ufffd') : text;
  return clean.isWellFormed() ? clean : clean.toWellFormed();
}

/** The same for a text that is `null` where there is none. */
export function storableTextOrNull(text: string | null): string | null {
  return text === null ? null : storableText(text);
}

/** The JSON of a value, its keys in their order, with texts as {@link storableText} has them. */
export function storableJson(value: unknown): string {
  const json = JSON.stringify(value);
  // JSON writes both as escapes, the only ones that begin like this; whole pairs stand as they are.
  if (!json.includes('\\u0000') && !json.includes('\\ud')) return json;
  return json.replace(/\\(u0000|ud[0-9a-f]{3}|.)/g, (escape, what: string) => (what.length > 1 ? '\ufffd' : escape));
}
