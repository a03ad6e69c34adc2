/** The `!!timestamp` of YAML 1.1: a date, or a date with a time and possibly a zone. */
const form =
  /^(?<year>\d{4})-(?<month>\d\d?)-(?<day>\d\d?)(?<time>(?:[Tt]|[ \t]+)(?<hour>\d\d?):(?<minute>\d\d):(?<second>\d\d)(?:\.(?<fraction>\d*))?(?:[ \t]*(?:Z|(?<sign>[-+])(?<zoneHour>\d\d?)(?::(?<zoneMinute>\d\d))?))?)?$/;

/** Whether a plain scalar is a timestamp. A date alone needs two digits for month and day; with a time one will do. */
export function isYaml11Timestamp(text: string): boolean {
  const groups = form.exec(text)?.groups;
  return groups !== undefined && (groups['time'] !== undefined || text.length === 'YYYY-MM-DD'.length);
}

/**
 * The moment that a text tagged as `timestamp`, by its form or by `!!timestamp`, stands for, cut to milliseconds. UTC if it
 * names no zone. `undefined` where PyYAML raises: `2024-02-30`, the year 0, a leap second, a zone a day or more from UTC.
 */
export function constructYaml11Timestamp(text: string): Date | undefined {
  const groups = form.exec(text)?.groups;
  if (groups === undefined) return undefined;
  const part = (name: string): number => Number(groups[name] ?? 0);
  const [year, month, day] = [part('year'), part('month'), part('day')];
  const [hour, minute, second] = [part('hour'), part('minute'), part('second')];
  const zoneMinutes = part('zoneHour') * 60 + part('zoneMinute');
  if (year === 0 || hour > 23 || minute > 59 || second > 59 || zoneMinutes >= 24 * 60) return undefined;

  const date = new Date(0);
  // Date.UTC() takes a year below 100 for one of the 20th century.
  date.setUTCFullYear(year, month - 1, day);
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return undefined;
  const offset = groups['sign'] === '-' ? -zoneMinutes : zoneMinutes;
  date.setUTCHours(hour, minute - offset, second, Number((groups['fraction'] ?? '').slice(0, 3).padEnd(3, '0')));
  return date;
}
