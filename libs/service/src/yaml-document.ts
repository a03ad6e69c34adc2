import { CORE_SCHEMA, EVENT_ID, YAMLException, constructFromEvents, parseEvents } from 'js-yaml';
import type { Event } from 'js-yaml';
import { decodeText } from './decode-text.ts';
import { createLineMap } from './line-map.ts';
import type { ScalarRules } from './line-map.ts';
import { formatPath } from './problem.ts';
import type { DocumentPath, Parsed, Problem } from './problem.ts';
import { refuseYaml11Scalar, yaml11Schema } from './yaml11-schema.ts';

/** A YAML text as a value that remembers where each part of it stands. */
export interface YamlDocument {
  /** The file as the operator named it. */
  readonly file: string;
  /** Plain objects, arrays, scalars; with `yaml11` also Date, Uint8Array and Set. Without cycles. */
  readonly value: unknown;
  /** Line (from 1) of a part, or of the nearest part around it that the text has. */
  lineOf(path: DocumentPath): number | undefined;
}

/** How to read a YAML text. */
export interface YamlOptions {
  /** Name for problems: the path as the operator gave it. */
  readonly file: string;
  /** `core`: YAML 1.2, for files of our own. `yaml11`: YAML 1.1 as PyYAML reads it, for files in Ceilometer's formats. */
  readonly dialect: 'core' | 'yaml11';
  /** Value of a text without content (nothing, or comments only). Absent: such a text is a problem. */
  readonly whenEmpty?: unknown;
}

/** A document with more values than this, aliases written out, is refused: a kilobyte of aliases can stand for gigabytes. */
const maxValues = 200_000;
const maxDepth = 100;

const dialects: Readonly<Record<YamlOptions['dialect'], ScalarRules>> = {
  core: { schema: CORE_SCHEMA },
  yaml11: { schema: yaml11Schema, refuse: refuseYaml11Scalar },
};

/**
 * Reads one YAML document. Never throws: whatever is wrong with the text is a problem with a line: bytes that are not
 * UTF-8, bad syntax, no or several documents, repeated keys, with `yaml11` scalars that PyYAML refuses, more than 100
 * levels, more than 200,000 values. Syntax errors come one at a time, since nothing after the first one can be trusted; the
 * others all at once.
 */
export function parseYaml(text: string | Uint8Array, options: YamlOptions): Parsed<YamlDocument> {
  const { file } = options;
  if (typeof text !== 'string') {
    const decoded = decodeText(text, { file });
    return decoded.ok ? parseYaml(decoded.value, options) : decoded;
  }
  try {
    return readDocument(text, options);
  } catch (error) {
    return failed([toProblem(error, file)]);
  }
}

function readDocument(source: string, options: YamlOptions): Parsed<YamlDocument> {
  const { file, dialect } = options;
  const rules = dialects[dialect];
  const events = parseEvents(source, { filename: file, maxDepth });
  const starts = events.flatMap((event, index) => (event.type === EVENT_ID.DOCUMENT ? [index] : []));
  if (starts.length > 1) {
    const second = createLineMap(events.slice(starts[1]), source, rules).lineOf([]);
    const message = 'a second document starts here ("---"); keep one document per file';
    return failed([{ file, line: second, path: '', message }]);
  }
  if (starts.length === 0 || isEmpty(events)) return emptyDocument(options);

  const lines = createLineMap(events, source, rules);
  const problems = lines.problems.map(({ line, path, message }) => ({ file, line, path: formatPath(path), message }));
  if (lines.size > maxValues) {
    const message = `the document has more than ${maxValues} values (aliases written out); split it or use fewer aliases`;
    problems.push({ file, line: 1, path: '', message });
  }
  if (problems.length > 0) return failed(problems);
  const [value] = constructFromEvents(events, { source, filename: file, schema: rules.schema });
  return { ok: true, value: { file, value, lineOf: (path) => lines.lineOf(path) }, warnings: [] };
}

/** A document that is nothing but a marker ("---") holds one empty plain scalar. */
function isEmpty(events: readonly Event[]): boolean {
  const content = events[1];
  return content?.type === EVENT_ID.SCALAR && content.valueStart < 0 && content.tagStart < 0;
}

function emptyDocument({ file, whenEmpty }: YamlOptions): Parsed<YamlDocument> {
  if (whenEmpty === undefined) {
    return failed([
      { file, line: 1, path: '', message: 'the file is empty; write its settings, or name another file' },
    ]);
  }
  return { ok: true, value: { file, value: whenEmpty, lineOf: () => 1 }, warnings: [] };
}

/** js-yaml asks its callers to expect any exception, not only its own. */
function toProblem(error: unknown, file: string): Problem {
  if (!(error instanceof YAMLException))
    return { file, path: '', message: `the file cannot be read as YAML: ${String(error)}` };
  const line = error.mark === undefined ? {} : { line: error.mark.line + 1 };
  return { file, ...line, path: '', message: `not valid YAML: ${error.reason}` };
}

function failed(problems: readonly Problem[]): Parsed<never> {
  return { ok: false, problems, warnings: [] };
}
