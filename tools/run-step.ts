import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

/**
 * Runs a command at the root of the repository and shows what it prints. Ends the process with the command's exit code if it
 * fails.
 */
export function runStep(title: string, command: string, ...args: readonly string[]): void {
  console.log(`\n== ${title}: ${[command, ...args].join(' ')}`);
  const { status, error } = spawnSync(command, args, {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, NX_DAEMON: 'false' },
  });
  if (error) throw error;
  if (status !== 0) {
    console.error(`== ${title} failed`);
    process.exit(status ?? 1);
  }
}

/** What a command at the root of the repository prints, without the line feed at the end. Throws if it fails. */
export function outputOf(command: string, ...args: readonly string[]): string {
  const { status, stdout, stderr, error } = spawnSync(command, args, { cwd: root, encoding: 'utf8' });
  if (error) throw error;
  if (status !== 0) throw new Error(`${[command, ...args].join(' ')}: ${stderr}`);
  return stdout.trimEnd();
}
