import { problemAt } from '@nephometer/service';
import type { DocumentPath, Problem, YamlDocument } from '@nephometer/service';
import { nameOf } from './names.ts';
import { wholeSeconds } from './source-fields.ts';
import { rawEntries } from './source-list.ts';

/**
 * Warnings about what is taken although it says what it means in an unusual way, or means less than it says.
 *
 * @param doesPolling whether the file says what is polled; if not, nobody reads what it says about it
 */
export function unusualValues(
  document: YamlDocument,
  { doesPolling }: { readonly doesPolling: boolean },
): readonly Problem[] {
  const sources = rawEntries(document, 'sources').flatMap(({ path, value }) => {
    const found = [...unusualName('source', value['name']), ...unusualMeters(value['meters'])];
    if (doesPolling) found.push(...unusualInterval(value['interval']), ...unusualDiscovery(value['discovery']));
    return found.map(({ at, message }) => problemAt(document, [...path, ...at], message));
  });
  const sinks = rawEntries(document, 'sinks').flatMap(({ path, value }) =>
    unusualName('sink', value['name']).map(({ at, message }) => problemAt(document, [...path, ...at], message)),
  );
  return [...sources, ...sinks];
}

interface Finding {
  /** Within the source or sink. */
  readonly at: DocumentPath;
  readonly message: string;
}

function unusualName(what: 'source' | 'sink', name: unknown): Finding[] {
  if (name !== '' && name !== null && typeof name !== 'boolean') return [];
  const message = `the name of this ${what} is taken as the text "${nameOf(name)}"; write a name, in quotes if need be`;
  return [{ at: ['name'], message }];
}

function unusualMeters(meters: unknown): Finding[] {
  return meters === '*' ? [{ at: ['meters'], message: 'taken as ["*"]: meters should be a list; write ["*"]' }] : [];
}

function unusualInterval(interval: unknown): Finding[] {
  const seconds = typeof interval === 'string' ? undefined : wholeSeconds(interval);
  if (seconds === undefined || seconds === interval || seconds <= 0) return [];
  const message = `${String(interval)} is taken as ${seconds} s: an interval is a whole number of seconds; write ${seconds}`;
  return [{ at: ['interval'], message }];
}

function unusualDiscovery(discovery: unknown): Finding[] {
  const list: readonly unknown[] = Array.isArray(discovery) ? discovery : [];
  return list.flatMap((url, index) => {
    const dropped = typeof url === 'string' ? /[?#]/.exec(url) : null;
    if (dropped === null) return [];
    const message = `what follows "${dropped[0]}" is ignored: a discovery is given a name and one parameter; remove it`;
    return [{ at: ['discovery', index], message }];
  });
}
