import { runCommand } from './run-command.ts';

/**
 * Runs SQL through the command line of SQLite, beside whoever has the file open, and gives its rows, columns separated by `|`.
 *
 * @throws Error with what it wrote when a statement fails
 */
export async function sqlite3(path: string, sql: string): Promise<string> {
  return (await runCommand('sqlite3', ['-bail', path], { input: sql })).trim();
}
