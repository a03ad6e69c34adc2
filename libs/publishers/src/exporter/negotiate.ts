import type { TextFormat } from './exposition.ts';

/** What a client wants to have, as far as we can give it. */
export interface Negotiated {
  readonly format: TextFormat;
  /** Value of `Content-Type`. */
  readonly contentType: string;
  readonly isGzip: boolean;
}

/** By `Accept` and `Accept-Encoding` (RFC 9110, 12.5); the older format, as it is, if they do not ask for anything else. */
export function negotiate(accept: string | undefined, acceptEncoding: string | undefined): Negotiated {
  const accepted = parseWeighted(accept);
  const weightOf = (isMeant: (entry: Weighted) => boolean): number =>
    Math.max(0, ...accepted.filter(isMeant).map(({ weight }) => weight));
  const openMetrics = weightOf(({ value, version }) => {
    return value === 'application/openmetrics-text' && (version === undefined || version === '1.0.0');
  });
  const isOpenMetrics = openMetrics > 0 && openMetrics >= weightOf(({ value }) => value === 'text/plain');
  const isGzip = parseWeighted(acceptEncoding).some(({ value, weight }) => value === 'gzip' && weight > 0);
  if (!isOpenMetrics) {
    return { format: 'prometheus', contentType: 'text/plain; version=0.0.4; charset=utf-8', isGzip };
  }
  const contentType = 'application/openmetrics-text; version=1.0.0; charset=utf-8';
  return { format: 'openmetrics', contentType, isGzip };
}

interface Weighted {
  /** In lower case, without its parameters. */
  readonly value: string;
  readonly version: string | undefined;
  /** From 0, not acceptable, to 1. */
  readonly weight: number;
}

function parseWeighted(header: string | undefined): readonly Weighted[] {
  return (header ?? '').split(',').map((entry) => {
    const [value = '', ...parameters] = entry.split(';').map((part) => part.trim().toLowerCase());
    const parameter = (name: string): string | undefined =>
      parameters
        .find((text) => text.startsWith(`${name}=`))
        ?.slice(name.length + 1)
        .replace(/^"|"$/g, '');
    const weight = Number(parameter('q') ?? '1');
    return { value, version: parameter('version'), weight: weight >= 0 && weight <= 1 ? weight : 0 };
  });
}
