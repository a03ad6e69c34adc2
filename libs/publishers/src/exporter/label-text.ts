import type { Label } from '../series/metric.ts';

/** Labels as both text formats write them, without the braces: `a="b",c="d"`. */
export function labelText(labels: readonly Label[]): string {
  return labels.map(([name, value]) => `${name}="${escapeLabel(value)}"`).join(',');
}

const escapes: Readonly<Record<string, string>> = { '\\': '\\\\', '"': '\\"', '\n': '\\n' };

function escapeLabel(value: string): string {
  return value.replace(/[\\"\n]/g, (character) => escapes[character] ?? character);
}
