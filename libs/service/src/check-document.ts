import { z } from 'zod';
import { describeIssue } from './describe-issue.ts';
import { inFileOrder, problemAt } from './findings.ts';
import type { DocumentPath, Parsed, Problem } from './problem.ts';
import { quote } from './quote.ts';
import { suggest } from './suggest.ts';
import type { YamlDocument } from './yaml-document.ts';

/**
 * Checks a document against a schema. All problems come at once, each with its line and path; a message that the schema
 * brings itself is kept, all others are worded here. A key that a `z.strictObject` does not know is one problem of its own,
 * with the key that was probably meant and the known ones. Use strict objects: others drop unknown keys silently.
 */
export function checkDocument<T>(document: YamlDocument, schema: z.ZodType<T>): Parsed<T> {
  const result = schema.safeParse(document.value, { error: wordIssue });
  if (result.success) return { ok: true, value: result.data, warnings: [] };
  const problems = result.error.issues.flatMap((issue) => toProblems(issue, [], document));
  return { ok: false, problems: inFileOrder(problems), warnings: [] };
}

/**
 * An issue tells which keys are unknown, but only the error map gets to see the object that knows the others. Its message
 * is all that comes through, so the known keys travel in it.
 */
const knownKeysMark = 'known keys: ';

function wordIssue(issue: z.core.$ZodRawIssue): string | undefined {
  if (issue.code !== 'unrecognized_keys') return describeIssue(issue);
  const known = issue.inst instanceof z.ZodObject ? Object.keys(issue.inst.shape) : [];
  return knownKeysMark + JSON.stringify(known);
}

function toProblems(issue: z.core.$ZodIssue, parent: DocumentPath, document: YamlDocument): Problem[] {
  const path = [...parent, ...toDocumentPath(issue.path)];
  if (issue.code === 'unrecognized_keys' && issue.message.startsWith(knownKeysMark)) {
    const known = JSON.parse(issue.message.slice(knownKeysMark.length)) as readonly string[];
    return issue.keys.map((key) => problemAt(document, [...path, key], unknownKeyMessage(key, known)));
  }
  if (issue.code === 'invalid_union') {
    const nearest = nearestBranch(issue.errors);
    if (nearest !== undefined) return nearest.flatMap((inner) => toProblems(inner, path, document));
  }
  return [problemAt(document, path, issue.message)];
}

/**
 * What to say about a key that nobody knows, in one line: `unknown key "intervall"; did you mean "interval"? (known: name,
 * interval)`. Characters of the key that would break the line or hide are written as escapes; the known ones are ours.
 */
export function unknownKeyMessage(key: string, known: readonly string[]): string {
  const meant = suggest(key, known);
  const advice = meant === undefined ? 'remove it' : `did you mean "${meant}"?`;
  const others = known.length === 0 ? '' : ` (known: ${known.join(', ')})`;
  return `unknown key ${quote(key)}; ${advice}${others}`;
}

/** Of the variants that a value fits none of, the one it comes nearest to: right kind of value, fewest issues. */
function nearestBranch(branches: readonly (readonly z.core.$ZodIssue[])[]): readonly z.core.$ZodIssue[] | undefined {
  const rightKind = branches.filter((issues) =>
    issues.every((issue) => issue.path.length > 0 || issue.code === 'unrecognized_keys'),
  );
  return rightKind.toSorted((left, right) => left.length - right.length)[0];
}

function toDocumentPath(path: readonly PropertyKey[]): DocumentPath {
  return path.map((part) => (typeof part === 'number' ? part : String(part)));
}
