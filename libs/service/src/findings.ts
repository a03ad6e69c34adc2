import { formatPath } from './problem.ts';
import type { DocumentPath, Parsed, Problem } from './problem.ts';
import type { YamlDocument } from './yaml-document.ts';

/** A problem or warning about one place of a document. */
export function problemAt(document: YamlDocument, path: DocumentPath, message: string): Problem {
  const line = document.lineOf(path);
  return { file: document.file, ...(line === undefined ? {} : { line }), path: formatPath(path), message };
}

/**
 * A result with what further checks found, in the order of lines. One problem more makes a good result a bad one.
 */
export function addFindings<T>(
  parsed: Parsed<T>,
  found: { readonly problems?: readonly Problem[]; readonly warnings?: readonly Problem[] },
): Parsed<T> {
  const problems = inFileOrder([...(parsed.ok ? [] : parsed.problems), ...(found.problems ?? [])]);
  const warnings = inFileOrder([...parsed.warnings, ...(found.warnings ?? [])]);
  return parsed.ok && problems.length === 0 ? { ...parsed, warnings } : { ok: false, problems, warnings };
}

/** Sorting is stable: what belongs to one line, or to none, keeps its order. */
export function inFileOrder(problems: readonly Problem[]): readonly Problem[] {
  return problems.toSorted((left, right) => (left.line ?? 0) - (right.line ?? 0));
}
