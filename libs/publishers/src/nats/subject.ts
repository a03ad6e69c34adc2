/** Of a name, what no part of a subject may have: spaces, wildcards, what cannot be seen. */
const forbidden = /[\s*>\p{C}]/gu;

/**
 * The subject of a meter's messages: `ceilometer.disk.device.read.bytes`. Each part of its name is a token, so that subscribers can
 * choose with `ceilometer.disk.>`. What a subject cannot have becomes `_`.
 */
export function subjectOf(prefix: string, meter: string): string {
  const tokens = meter.split('.').map((token) => token.replace(forbidden, '_') || '_');
  return `${prefix}.${tokens.join('.')}`;
}

/** What is wrong with a prefix of subjects; `undefined` if it can be one. */
export function prefixProblem(prefix: string): string | undefined {
  const example = 'write words with dots between them, as in /metering.ceilometer';
  if (prefix.startsWith('$')) return `the subject "${prefix}" begins with $, which is the server's own; ${example}`;
  const isPrefix = prefix.split('.').every((token) => token !== '' && token.search(forbidden) === -1);
  return isPrefix && !prefix.includes('/') ? undefined : `"${prefix}" is not the beginning of a subject; ${example}`;
}
