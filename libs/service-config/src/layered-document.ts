import { formatPath, suggest } from '@nephometer/service';
import type { DocumentPath, Problem, YamlDocument } from '@nephometer/service';
import { resolve } from 'node:path';

/** A key of a file that the environment and the command line can set as well. */
export interface Setting {
  readonly key: readonly string[];
  /** Name of the environment variable. */
  readonly variable: string;
  /** Name of the flag in {@link Overrides.flags}, and how it is written on the command line. */
  readonly flag?: { readonly name: string; readonly option: string };
  /** How to read the text. A text that does not fit stays one, and the schema says what it should have been. */
  readonly kind: 'text' | 'integer' | 'boolean' | 'targets';
}

/** What is laid over a file: a flag beats the environment beats the file. */
export interface Overrides<Flag extends string = string> {
  readonly flags: Readonly<Partial<Record<Flag, string | undefined>>>;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** A document with what was laid over it. */
export interface LayeredDocument extends YamlDocument {
  /** Name of the flag or variable that gave this part; `undefined`: the file or a default did. */
  originOf(path: DocumentPath): string | undefined;
  /** An absolute path: a path of the file is relative to the file's directory, any other one to the working directory. */
  resolvePath(path: DocumentPath, value: string): string;
}

/**
 * Lays flags and environment variables over a document. Empty ones count as not given. A document that is no mapping
 * stays as it is: there is nothing to lay them over, and the schema will refuse it.
 *
 * @param directory what relative paths of the file are relative to
 */
export function layDocument(
  document: YamlDocument,
  directory: string,
  settings: readonly Setting[],
  overrides: Overrides,
): LayeredDocument {
  const origins = new Map<string, string>();
  let value = document.value;
  for (const setting of settings) {
    const override = overrideOf(setting, overrides);
    if (override === undefined) continue;
    const changed = withValue(value, setting.key, readText(setting.kind, override.text));
    if (changed === undefined) continue;
    value = changed;
    origins.set(formatPath(setting.key), override.origin);
  }
  const originOf = (path: DocumentPath): string | undefined => {
    const prefixes = path.map((_, index) => formatPath(path.slice(0, index + 1)));
    return prefixes.map((prefix) => origins.get(prefix)).find((origin) => origin !== undefined);
  };
  return {
    file: document.file,
    value,
    lineOf: (path) => (originOf(path) === undefined ? document.lineOf(path) : undefined),
    originOf,
    resolvePath: (path, text) => resolve(originOf(path) === undefined ? directory : '.', text),
  };
}

/** Problems of settings that the file does not hold belong to the flag or variable that does. */
export function assignOrigins(
  problems: readonly Problem[],
  document: LayeredDocument,
  settings: readonly Setting[],
): readonly Problem[] {
  return problems.map((problem) => {
    const setting = settings.find(({ key }) => isAtOrBelow(problem.path, formatPath(key)));
    const origin = setting === undefined ? undefined : document.originOf(setting.key);
    return origin === undefined ? problem : { file: origin, path: '', message: problem.message };
  });
}

const prefix = 'NEPHOMETER_';

/** A warning for each variable of the environment that is likely to be a mistyped one of ours. */
export function mistypedVariables(env: Overrides['env'], known: readonly string[]): readonly Problem[] {
  // All of them begin alike, so only the rest says how near two names are.
  const rests = known.map((name) => name.slice(prefix.length));
  return Object.keys(env).flatMap((name) => {
    const rest = name.slice(prefix.length);
    const meant = name.startsWith(prefix) && !rests.includes(rest) ? suggest(rest, rests) : undefined;
    return meant === undefined
      ? []
      : [{ file: name, path: '', message: `unknown variable; did you mean ${prefix}${meant}?` }];
  });
}

function overrideOf(
  { variable, flag }: Setting,
  { flags, env }: Overrides,
): { origin: string; text: string } | undefined {
  const given = flag === undefined ? undefined : flags[flag.name];
  if (flag !== undefined && given !== undefined && given !== '') return { origin: flag.option, text: given };
  const text = env[variable];
  return text === undefined || text === '' ? undefined : { origin: variable, text };
}

function readText(kind: Setting['kind'], text: string): unknown {
  switch (kind) {
    case 'text':
      return text;
    case 'integer':
      return /^\d+$/.test(text) ? Number(text) : text;
    case 'boolean':
      return text === 'true' ? true : text === 'false' ? false : text;
    case 'targets':
      return [{ targets: text.split(',').map((target) => target.trim()) }];
  }
}

/** A copy with the value in its place, or `undefined` if something else than a mapping is in the way. */
function withValue(around: unknown, [key, ...rest]: readonly string[], value: unknown): unknown {
  if (key === undefined) return value;
  if (around !== undefined && !isMapping(around)) return undefined;
  const inner = withValue(around?.[key], rest, value);
  return inner === undefined ? undefined : { ...around, [key]: inner };
}

function isAtOrBelow(path: string, key: string): boolean {
  return path === key || path.startsWith(`${key}.`) || path.startsWith(`${key}[`);
}

export function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
