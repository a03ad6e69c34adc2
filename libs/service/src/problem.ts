import { quote } from './quote.ts';

/** Where in a document: mapping keys and list indexes from the root, for example `['sources', 0, 'meters']`. */
export type DocumentPath = readonly (string | number)[];

/** One thing that is wrong with a file, an environment variable or a flag, in words for the operator. */
export interface Problem {
  /** The file as the operator named it; for other origins their name: `NEPHOMETER_LISTEN`, `--listen`. */
  readonly file: string;
  /** Line in that file, from 1. Absent if the problem has no place: the file is missing, it is no file. */
  readonly line?: number;
  /** Where in the document, as {@link formatPath} writes it: `sources[0].meters`. Empty: the file as a whole. */
  readonly path: string;
  /** What is wrong, what was expected, what to do. One line. */
  readonly message: string;
}

/** A value, or every problem found on the way to it. Warnings never stop anything and come with both. */
export type Parsed<T> =
  | { readonly ok: true; readonly value: T; readonly warnings: readonly Problem[] }
  | { readonly ok: false; readonly problems: readonly Problem[]; readonly warnings: readonly Problem[] };

/** A problem as one line: `polling.yaml:12: sources[0].interval: Missing interval value: ...`. */
export function formatProblem(problem: Problem): string {
  const place = problem.line === undefined ? problem.file : `${problem.file}:${problem.line}`;
  return [place, problem.path, problem.message].filter((part) => part !== '').join(': ');
}

/** A path as people write it: `sources[0].meters`; keys that are no plain word are quoted: `a["x.y"]`. */
export function formatPath(path: DocumentPath): string {
  return path.reduce<string>((text, part) => {
    if (typeof part === 'number') return `${text}[${part}]`;
    if (!/^[\p{L}\p{N}_-]+$/u.test(part)) return `${text}[${quote(part)}]`;
    return text === '' ? part : `${text}.${part}`;
  }, '');
}
