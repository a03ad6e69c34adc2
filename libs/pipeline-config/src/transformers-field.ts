import { describeValue, formatPath } from '@nephometer/service';
import type { DocumentPath, YamlDocument } from '@nephometer/service';
import { z } from 'zod';
import { isLeftEmpty } from './is-left-empty.ts';
import { isPlainMapping } from './is-mapping.ts';
import { field } from './source-fields.ts';

const howToWrite = 'write each one as "- name: ..." with "parameters:" below';

const transformer = z.strictObject(
  { name: transformerName(), parameters: parameters() },
  {
    error: (issue) =>
      issue.code === 'invalid_type'
        ? `a transformer should be a mapping, got ${describeValue(issue.input)}; ${howToWrite}`
        : undefined,
  },
);

const list = z.array(transformer, {
  error: ({ input }) => `transformers should be a list, got ${describeValue(input)}; ${howToWrite}`,
});

/** The chain of a sink as the file of 2015 has it, each with its name and its parameters; may be missing or empty. */
export function transformersField(): z.ZodType<z.output<typeof list>> {
  return z
    .unknown()
    .optional()
    .transform((value) => (isLeftEmpty(value) ? [] : value))
    .pipe(list);
}

function transformerName(): z.ZodType<string> {
  return field((value, refuse) => {
    const example = 'for example name: rate_of_change';
    if (value === undefined) return refuse(`Required field name not specified; ${example}`);
    if (typeof value === 'string' && value !== '') return value;
    return refuse(`the name of a transformer should be a text, got ${describeValue(value)}; ${example}`);
  });
}

/** The key must be there, as in Ceilometer: who forgot it hardly meant the defaults. */
function parameters(): z.ZodType<unknown> {
  return field((value, refuse) => {
    if (value === undefined) {
      return refuse(
        'Required field parameters not specified; add "parameters:", left empty if the transformer needs none',
      );
    }
    if (isLeftEmpty(value)) return null;
    if (isPlainMapping(value)) return value;
    return refuse(
      `parameters should be a mapping (KEY: VALUE lines), got ${describeValue(value)}; write each one on a line of its own`,
    );
  });
}

/** The line of every part of a value, by its path within the value as `formatPath` writes it; the value itself is `''`. */
export function linesWithin(document: YamlDocument, root: DocumentPath, value: unknown): ReadonlyMap<string, number> {
  const lines = new Map<string, number>();
  const visit = (part: unknown, path: DocumentPath): void => {
    const line = document.lineOf([...root, ...path]);
    if (line !== undefined) lines.set(formatPath(path), line);
    if (Array.isArray(part)) part.forEach((entry, index) => visit(entry, [...path, index]));
    else if (isPlainMapping(part)) for (const [key, entry] of Object.entries(part)) visit(entry, [...path, key]);
  };
  visit(value, []);
  return lines;
}
