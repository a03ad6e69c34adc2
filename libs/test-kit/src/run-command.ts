import { execFile } from 'node:child_process';

export interface CommandOptions {
  /** Written to the command's standard input, which is then closed. */
  readonly input?: string;
  readonly signal?: AbortSignal;
}

/** Longer than any call of a test lasts that ends at all. */
const DEADLINE_MS = 120_000;

/**
 * Runs a program to its end and gives its standard output.
 *
 * @throws Error with the command line and what it wrote to stderr, when it cannot run, its exit code is not 0, or it does
 *   not end within two minutes; the abort reason. It has been killed in the last two cases.
 */
export function runCommand(command: string, args: readonly string[], options: CommandOptions = {}): Promise<string> {
  const { input = '', signal } = options;
  // The tools of a hypervisor are in sbin, which a normal user's PATH leaves out.
  const env = { ...process.env, PATH: `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin`, LC_ALL: 'C' };
  return new Promise((resolve, reject) => {
    const child = execFile(
      command,
      args,
      { env, timeout: DEADLINE_MS, killSignal: 'SIGKILL' as const, ...(signal && { signal }) },
      (error, stdout, stderr) => {
        if (error === null) resolve(stdout);
        else if (signal?.aborted) reject(signal.reason as Error);
        else reject(new Error(`${[command, ...args].join(' ')}: ${stderr.trim() || error.message}`, { cause: error }));
      },
    );
    // A command that ends without reading its input is judged by its exit code.
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(input);
  });
}
