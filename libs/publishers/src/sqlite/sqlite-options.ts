import { checkOptionNames, parsePublisherUrl } from '../publisher-url.ts';
import type { PublisherUrl } from '../publisher-url.ts';
import { readRetention } from '../sql/retention-option.ts';

/** What a `sqlite://` URL says. */
export interface SqliteOptions {
  /** Absolute path of the file. */
  readonly path: string;
  /** How long samples are kept, in milliseconds; for ever if absent. */
  readonly retentionMs?: number;
}

/** The options of a URL, or everything that is wrong with it. */
export type ParsedSqliteUrl =
  { readonly ok: true; readonly options: SqliteOptions } | { readonly ok: false; readonly problems: readonly string[] };

const example = 'sqlite:///var/lib/nephometer/samples.db?retention=30d';

/** Reads `sqlite:///path[?retention=30d]`. The path is taken as it stands, nothing in it is decoded. */
export function parseSqliteUrl(url: string): ParsedSqliteUrl {
  const parts = parsePublisherUrl(url);
  if (!parts) return { ok: false, problems: [`it is not a URL; one looks like ${example}`] };
  const problems = [...checkPath(parts), ...checkOptionNames(parts, ['retention'])];
  const retentionMs = readRetention(parts, problems);
  if (problems.length > 0) return { ok: false, problems };
  return { ok: true, options: { path: parts.path, ...(retentionMs !== undefined && { retentionMs }) } };
}

function checkPath({ authority, path }: PublisherUrl): readonly string[] {
  const hint = `write three slashes and an absolute path, as in ${example}`;
  if (authority !== '' && authority !== 'localhost') return [`"${authority}" stands where a host would; ${hint}`];
  if (path === '') return [`it names no file; ${hint}`];
  return path.endsWith('/') ? [`${path} names a directory; ${hint}`] : [];
}
