import { readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { PublisherSettings } from '@nephometer/plugin';
import { formatProblem } from '@nephometer/service';
import type { Definitions } from './definitions/definitions.ts';
import { packagedDefinitions } from './definitions/packaged-definitions.ts';
import { parseDefinitions } from './definitions/parse-definitions.ts';
import type { GnocchiOptions } from './gnocchi-options.ts';

/** Definitions, or everything that is wrong with their file, with its name and the lines. */
export type LoadedDefinitions =
  | { readonly ok: true; readonly definitions: Definitions }
  | { readonly ok: false; readonly problems: readonly string[] };

/**
 * The definitions that a URL asks for: those of a file, or those that come with this package. Reads the file at once, and warns of
 * what is odd in it. Never throws.
 */
export function loadDefinitions(
  { definitionsFile, archivePolicy }: GnocchiOptions,
  settings: PublisherSettings,
): LoadedDefinitions {
  const { compat, baseDirectory = '' } = settings;
  if (definitionsFile === undefined) return { ok: true, definitions: packagedDefinitions(compat, archivePolicy) };
  const file = resolve(baseDirectory, definitionsFile);
  const text = read(file);
  if (typeof text === 'string') return { ok: false, problems: [text] };
  const parsed = parseDefinitions(text, { file, compat, ...(archivePolicy !== undefined && { archivePolicy }) });
  if (!parsed.ok) return { ok: false, problems: parsed.problems.map(formatProblem) };
  for (const warning of parsed.warnings) settings.warn(formatProblem(warning));
  return { ok: true, definitions: parsed.value };
}

/** A text says why it cannot be read. */
function read(file: string): Buffer | string {
  try {
    // A pipe would wait for ever.
    if (!statSync(file).isFile()) throw new Error('it is no regular file');
    return readFileSync(file);
  } catch (error) {
    return `${file} cannot be read as resources_definition_file: ${(error as Error).message}`;
  }
}
