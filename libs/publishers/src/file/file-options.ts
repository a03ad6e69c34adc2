import { readFlag } from '../option-values.ts';
import { checkOptionNames, optionOf, parsePublisherUrl } from '../publisher-url.ts';
import type { PublisherUrl } from '../publisher-url.ts';

/** Each rotation looks for every one of them. */
const mostBackups = 1000;

/** When a file makes way for a new one, and what becomes of it. */
export interface FileRotation {
  /** The size that a file does not reach. */
  readonly maxBytes: number;
  /** How many old files stay. */
  readonly backupCount: number;
  /** Whether they are compressed, with gzip. */
  readonly isCompressed: boolean;
}

/** What a `file://` URL says. */
export interface FileOptions {
  /** Absolute path. */
  readonly path: string;
  readonly format: 'json' | 'python';
  /** When and how often the file is rotated; never if absent. */
  readonly rotation?: FileRotation;
}

/** The options of a URL, or everything that is wrong with it. */
export type ParsedFileOptions =
  { readonly ok: true; readonly options: FileOptions } | { readonly ok: false; readonly problems: readonly string[] };

/** Reads `file:///path[?max_bytes=N&backup_count=N[&compress]][&json]`. The path is taken as it stands, nothing in it is decoded. */
export function parseFileOptions(url: string): ParsedFileOptions {
  const parts = parsePublisherUrl(url);
  if (!parts) return { ok: false, problems: [`"${url}" is not a URL; one looks like file:///var/log/samples?json`] };
  const problems = [...checkPath(parts), ...checkOptionNames(parts, ['max_bytes', 'backup_count', 'compress', 'json'])];
  const maxBytes = readCount(parts, 'max_bytes', Number.MAX_SAFE_INTEGER, problems);
  const backupCount = readCount(parts, 'backup_count', mostBackups, problems);
  const given = ['max_bytes', 'backup_count'].filter((name) => optionOf(parts, name) !== undefined);
  if (given.length === 1)
    problems.push(`${given.join()} does nothing alone; give max_bytes and backup_count, or neither`);
  const isCompressed = readCompression(parts, problems);
  if (isCompressed && given.length === 0) {
    problems.push('compress does nothing alone: it is for old files; give max_bytes and backup_count, too');
  }
  if (problems.length > 0) return { ok: false, problems };
  return {
    ok: true,
    options: {
      path: parts.path,
      format: optionOf(parts, 'json') === undefined ? 'python' : 'json',
      ...(maxBytes && backupCount && { rotation: { maxBytes, backupCount, isCompressed } }),
    },
  };
}

function checkPath({ authority, path }: PublisherUrl): readonly string[] {
  const example = 'write three slashes and an absolute path, as in file:///var/log/samples';
  if (authority !== '' && authority !== 'localhost') return [`"${authority}" stands where a host would; ${example}`];
  if (path === '') return [`it names no file; ${example}`];
  return path.endsWith('/') ? [`${path} names a directory; ${example}`] : [];
}

/** It is asked for by its name alone. */
function readCompression(parts: PublisherUrl, problems: string[]): boolean {
  return optionOf(parts, 'compress') === '' || readFlag(parts, 'compress', false, problems);
}

/** A whole number from 0 to `most`; `undefined` if the option is not given or, with a problem noted, is none. */
function readCount(parts: PublisherUrl, name: string, most: number, problems: string[]): number | undefined {
  const text = optionOf(parts, name);
  if (text === undefined) return undefined;
  const count = /^\d+$/.test(text) ? Number(text) : NaN;
  if (count <= most) return count;
  problems.push(`${name} is "${text}"; it must be a whole number up to ${most}, 0 for no rotation`);
  return undefined;
}
