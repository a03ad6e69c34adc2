import { readFile, stat } from 'node:fs/promises';
import { decodeText } from './decode-text.ts';
import type { Parsed } from './problem.ts';

/** A file's content. */
export interface ConfigFile {
  /** The path as it was given. */
  readonly file: string;
  readonly text: string;
}

/** Larger files are refused: no configuration is this long, a log file named by mistake is. */
const maxBytes = 1024 * 1024;

/**
 * Reads a configuration file of at most 1 MiB of UTF-8. Whatever is in the way (missing, a directory, unreadable, too
 * large, another encoding) is a problem that says what to do. Only regular files are opened: a pipe would wait for ever.
 *
 * @throws the signal's reason if aborted
 */
export async function readConfigFile(path: string, signal?: AbortSignal): Promise<Parsed<ConfigFile>> {
  const failed = (message: string): Parsed<never> => ({
    ok: false,
    problems: [{ file: path, path: '', message }],
    warnings: [],
  });
  signal?.throwIfAborted();
  try {
    const stats = await stat(path);
    if (stats.isDirectory()) return failed('this is a directory; name a file in it');
    if (!stats.isFile()) return failed('this is no regular file; name a file');
    if (stats.size > maxBytes)
      return failed(`the file has ${stats.size} bytes, at most ${maxBytes} are read; is it the right one?`);
    const decoded = decodeText(await readFile(path, { signal }), { file: path });
    return decoded.ok ? { ok: true, value: { file: path, text: decoded.value }, warnings: [] } : decoded;
  } catch (error) {
    signal?.throwIfAborted();
    return failed(explain(error));
  }
}

function explain(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  switch (code) {
    case 'ENOENT':
      return 'the file does not exist; create it or correct the path';
    case 'ENOTDIR':
      return 'a part of the path is a file, not a directory; correct the path';
    case 'EACCES':
    case 'EPERM':
      return 'the file may not be read by this user; change its owner or mode, or run as another user';
    default:
      return `the file cannot be read: ${error instanceof Error ? error.message : String(error)}`;
  }
}
