import { problemAt } from '@nephometer/service';
import type { DocumentPath, Problem, YamlDocument } from '@nephometer/service';
import { isMapping } from './is-mapping.ts';
import { nameOf } from './source-fields.ts';

/** A mapping of the document, whatever else is wrong with the file. */
export interface RawEntry {
  readonly path: DocumentPath;
  readonly value: Readonly<Record<string, unknown>>;
}

/** The mappings in a top-level list: what checks of relations look at even if single fields are wrong. */
export function rawEntries(document: YamlDocument, key: 'sources' | 'sinks'): readonly RawEntry[] {
  const list = isMapping(document.value) ? document.value[key] : undefined;
  if (!Array.isArray(list)) return [];
  return list.flatMap((value: unknown, index) => (isMapping(value) ? [{ path: [key, index], value }] : []));
}

/** Every entry whose name an earlier one has. */
export function duplicateNames(document: YamlDocument, key: 'sources' | 'sinks'): readonly Problem[] {
  const first = new Map<string, DocumentPath>();
  return rawEntries(document, key).flatMap(({ path, value }) => {
    const name = nameOf(value['name']);
    if (name === undefined) return [];
    const namePath = [...path, 'name'];
    const earlier = first.get(name);
    if (earlier === undefined) {
      first.set(name, namePath);
      return [];
    }
    const what = key === 'sources' ? 'source' : 'sink';
    const message = `Duplicated ${what} names: ${name} (first on line ${document.lineOf(earlier)}); rename one of the two`;
    return [problemAt(document, namePath, message)];
  });
}

/** One warning per entry and key that is present but does nothing. */
export function ignoredKeys(document: YamlDocument, reasons: Readonly<Record<string, string>>): readonly Problem[] {
  return rawEntries(document, 'sources').flatMap(({ path, value }) =>
    Object.entries(reasons)
      .filter(([key]) => Object.hasOwn(value, key))
      .map(([key, reason]) => problemAt(document, [...path, key], `"${key}" is ignored: ${reason}`)),
  );
}

/** What the file means although it says it in an unusual way. */
export function unusualValues(document: YamlDocument): readonly Problem[] {
  return rawEntries(document, 'sources').flatMap(({ path, value }) => {
    const { interval, meters } = value;
    const found: Problem[] = [];
    if (typeof interval === 'number' && Number.isFinite(interval) && !Number.isInteger(interval) && interval > 1) {
      const message = `${interval} is taken as ${Math.trunc(interval)} s: an interval is a whole number of seconds`;
      found.push(problemAt(document, [...path, 'interval'], message));
    }
    if (meters === '*') found.push(problemAt(document, [...path, 'meters'], 'taken as ["*"]: meters should be a list'));
    return found;
  });
}

/**
 * The document with `counters`, the name that `meters` had before 2014, written as `meters`; a warning for each. A source
 * that has both keeps both, and `counters` is then an unknown key.
 */
export function renameCounters(document: YamlDocument): { document: YamlDocument; warnings: readonly Problem[] } {
  const old = rawEntries(document, 'sources').filter(
    ({ value }) => Object.hasOwn(value, 'counters') && !Object.hasOwn(value, 'meters'),
  );
  if (old.length === 0 || !isMapping(document.value)) return { document, warnings: [] };
  const renamed = new Map<unknown, unknown>(
    old.map(({ value: { counters, ...rest }, path }) => [path[1], { ...rest, meters: counters }]),
  );
  const sources = (document.value['sources'] as readonly unknown[]).map(
    (source, index) => renamed.get(index) ?? source,
  );
  const lineOf = (path: DocumentPath): number | undefined => {
    const isRenamed = path[0] === 'sources' && path[2] === 'meters' && renamed.has(path[1]);
    return document.lineOf(isRenamed ? [...path.slice(0, 2), 'counters', ...path.slice(3)] : path);
  };
  return {
    document: { file: document.file, value: { ...document.value, sources }, lineOf },
    warnings: old.map(({ path }) => problemAt(document, [...path, 'counters'], 'the old name of "meters"; rename it')),
  };
}
