/**
 * Options as Python's `urlencode(parse_qs(query), doseq=True)` writes them, with a `?` before; empty if there are none. Those
 * of one name move together to where the first one is, those without a value are lost, a space is `+`.
 */
export function pythonQuery(options: readonly (readonly [name: string, value: string])[]): string {
  const byName = new Map<string, string[]>();
  for (const [name, value] of options) {
    if (value === '') continue;
    const values = byName.get(name);
    if (values) values.push(value);
    else byName.set(name, [value]);
  }
  const pairs = [...byName].flatMap(([name, values]) =>
    values.map((value) => `${quotePlus(name)}=${quotePlus(value)}`),
  );
  return pairs.length === 0 ? '' : `?${pairs.join('&')}`;
}

/** As `quote_plus`, which leaves only letters, digits and `_.-~`. */
function quotePlus(text: string): string {
  return encodeURIComponent(text)
    .replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll('%20', '+');
}
