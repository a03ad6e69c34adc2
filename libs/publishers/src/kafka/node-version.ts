/** Of Node, the oldest that the Kafka library runs on, by major version: its `engines`, with what they mean in between. */
const oldest: Readonly<Record<number, number>> = { 22: 22, 24: 6 };

/** Why Kafka does not work with a version of Node (`v22.18.0`); `undefined` if it does. */
export function nodeProblem(version: string): string | undefined {
  const [major = 0, minor = 0] = version.replace(/^v/, '').split('.').map(Number);
  if (major > 24 || minor >= (oldest[major] ?? Infinity)) return undefined;
  return `Kafka needs Node 22.22 or newer, or 24.6 or newer, and this is ${version}; update Node, or take another publisher`;
}
