import { describeValue, problemAt } from '@nephometer/service';
import type { DocumentPath, Problem, YamlDocument } from '@nephometer/service';
import { z } from 'zod';
import { isMapping } from './is-mapping.ts';
import { nameOf, showName } from './names.ts';

/** A mapping of the document, whatever else is wrong with the file. */
export interface RawEntry {
  readonly path: DocumentPath;
  readonly value: Readonly<Record<string, unknown>>;
}

type ListKey = 'sources' | 'sinks';

const nouns: Readonly<Record<ListKey, string>> = { sources: 'source', sinks: 'sink' };

/** What to say of a file that is no mapping with a list of sources in it. */
export function describeFile(issue: z.core.$ZodRawIssue): string | undefined {
  if (issue.code !== 'invalid_type') return undefined;
  return `the file should be a mapping that starts with "sources:", got ${describeValue(issue.input)}; list what to poll under "sources:"`;
}

/**
 * The list of sources, or of sinks, with a given shape for each.
 *
 * @param missing what to say if the key is absent
 */
export function listField<Shape extends z.core.$ZodLooseShape>(
  key: ListKey,
  shape: Shape,
  missing: string,
): z.ZodArray<z.ZodObject<Shape, z.core.$strict>> {
  const advice = `write each ${nouns[key]} as "- name: ..."`;
  const entry = z.strictObject(shape, {
    error: (issue) =>
      issue.code === 'invalid_type'
        ? `a ${nouns[key]} should be a mapping, got ${describeValue(issue.input)}; ${advice}`
        : undefined,
  });
  return z.array(entry, {
    error: ({ input }) =>
      input === undefined ? missing : `${key} should be a list, got ${describeValue(input)}; ${advice}`,
  });
}

/** The mappings in a top-level list: what checks of relations look at even if single fields are wrong. */
export function rawEntries(document: YamlDocument, key: ListKey): readonly RawEntry[] {
  const list = isMapping(document.value) ? document.value[key] : undefined;
  if (!Array.isArray(list)) return [];
  return list.flatMap((value: unknown, index) => (isMapping(value) ? [{ path: [key, index], value }] : []));
}

/** Every entry whose name an earlier one has. */
export function duplicateNames(document: YamlDocument, key: ListKey): readonly Problem[] {
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
    const message = `Duplicated ${nouns[key]} names: ${showName(name)} (first on line ${document.lineOf(earlier)}); rename one of the two`;
    return [problemAt(document, namePath, message)];
  });
}

/** One warning per source and key that is present but does nothing. */
export function ignoredKeys(document: YamlDocument, reasons: Readonly<Record<string, string>>): readonly Problem[] {
  return rawEntries(document, 'sources').flatMap(({ path, value }) =>
    Object.entries(reasons)
      .filter(([key]) => Object.hasOwn(value, key))
      .map(([key, reason]) => problemAt(document, [...path, key], ignoredKeyMessage(key, reason))),
  );
}

/** What to say of a key that does nothing. */
export function ignoredKeyMessage(key: string, reason: string): string {
  return `"${key}" is ignored: ${reason}; remove it`;
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
