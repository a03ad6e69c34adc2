/**
 * Units of samples that have a name in UCUM (https://ucum.org/ucum); a megabyte of Ceilometer has always been a
 * mebibyte.
 */
const named: Readonly<Record<string, string>> = {
  B: 'By',
  KB: 'KiBy',
  kB: 'KiBy',
  KiB: 'KiBy',
  MB: 'MiBy',
  MiB: 'MiBy',
  GB: 'GiBy',
  GiB: 'GiBy',
  TB: 'TiBy',
  TiB: 'TiBy',
  ns: 'ns',
  us: 'us',
  ms: 'ms',
  s: 's',
  sec: 's',
  min: 'min',
  h: 'h',
  '%': '%',
  // Plurals of Ceilometer: annotations are in the singular.
  packets: '{packet}',
  requests: '{request}',
};

/**
 * A sample's unit as UCUM has it: `B/s` is `By/s`; what is counted is an annotation, `{packet}`. No unit stays none:
 * with `1`, receivers that make Prometheus series would call a state a ratio.
 */
export function toUcum(unit: string): string {
  if (unit === '') return '';
  const [, amount = '', per = ''] = /^(.*?)((?:\/(?:s|min|h))?)$/s.exec(unit) ?? [];
  if (amount === '') return `1${per}`;
  if (Object.hasOwn(named, amount)) return `${named[amount]}${per}`;
  // An annotation is printable ASCII without braces.
  return `{${amount.replace(/[^!-z|~]/g, '_')}}${per}`;
}
