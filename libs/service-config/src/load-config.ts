import { addFindings, checkDocument, parseYaml, readConfigFile } from '@nephometer/service';
import type { Parsed, Problem, YamlDocument } from '@nephometer/service';
import { dirname, resolve } from 'node:path';
import type { z } from 'zod';
import { assignOrigins, layDocument, mistypedVariables } from './layered-document.ts';
import type { LayeredDocument, Overrides, Setting } from './layered-document.ts';
import { unreadableFiles } from './tls-files.ts';
import { knownVariables } from './settings.ts';

/** Where a configuration comes from. */
export interface ConfigOrigin<Flag extends string = string> extends Overrides<Flag> {
  /** Path of the file as the operator gave it. */
  readonly file?: string;
  readonly signal?: AbortSignal;
}

/** How one kind of file becomes one kind of configuration. */
export interface ConfigKind<Raw, Config> {
  readonly settings: readonly Setting[];
  readonly schema: z.ZodType<Raw>;
  /** Relations between keys, and defaults. Called with a file that the schema found nothing wrong with. */
  complete(document: LayeredDocument, raw: Raw): Parsed<Config>;
  /** Files that the configuration names and that have to be readable. */
  files(config: Config): readonly { readonly key: readonly string[]; readonly path: string }[];
}

/** Without a file everything is default, and all problems are those of flags and variables. */
const noFile: YamlDocument = { file: 'no configuration file', value: {}, lineOf: () => undefined };

/** Reads a file's text, or nothing. Never throws, does no I/O. */
export function parseConfig<Raw, Config>(
  kind: ConfigKind<Raw, Config>,
  source: string | Uint8Array | undefined,
  origin: ConfigOrigin,
): { readonly document?: LayeredDocument; readonly parsed: Parsed<Config> } {
  const { file = noFile.file, flags, env } = origin;
  const read: Parsed<YamlDocument> =
    source === undefined
      ? { ok: true, value: noFile, warnings: [] }
      : parseYaml(source, { file, dialect: 'core', whenEmpty: {} });
  if (!read.ok) return { parsed: read };
  const document = layDocument(read.value, dirname(resolve(file)), kind.settings, { flags, env });
  const checked = checkDocument(document, kind.schema);
  const parsed = addFindings(checked.ok ? kind.complete(document, checked.value) : checked, {
    warnings: mistypedVariables(env, knownVariables),
  });
  return { document, parsed: relabel(parsed, (problems) => assignOrigins(problems, document, kind.settings)) };
}

/**
 * Reads a file, if one is named, and what is laid over it; checks that the files it names can be read.
 *
 * @throws the signal's reason if aborted
 */
export async function loadConfig<Raw, Config>(
  kind: ConfigKind<Raw, Config>,
  origin: ConfigOrigin,
): Promise<Parsed<Config>> {
  const content = origin.file === undefined ? undefined : await readConfigFile(origin.file, origin.signal);
  if (content?.ok === false) return content;
  const { document, parsed } = parseConfig(kind, content?.value.text, origin);
  if (document === undefined || !parsed.ok) return parsed;
  const problems = await unreadableFiles(document, kind.files(parsed.value));
  origin.signal?.throwIfAborted();
  return addFindings(parsed, { problems: assignOrigins(problems, document, kind.settings) });
}

function relabel<T>(parsed: Parsed<T>, change: (problems: readonly Problem[]) => readonly Problem[]): Parsed<T> {
  const warnings = change(parsed.warnings);
  return parsed.ok ? { ...parsed, warnings } : { ok: false, problems: change(parsed.problems), warnings };
}
