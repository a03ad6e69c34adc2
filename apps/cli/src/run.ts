import { CommanderError } from 'commander';
import { formatError } from '@nephometer/service';
import type { MainContext } from '@nephometer/service';
import { CliError, exitCodeOf } from './cli-error.ts';
import { createProgram } from './program.ts';

/**
 * Runs the command that the arguments name and gives the exit code: 0 fine, 1 something failed at run time, 2 the command
 * line or a file is wrong.
 *
 * @throws the error of a command that failed, for the caller to show; the signal's reason
 */
export async function run(context: MainContext): Promise<number> {
  const outcome = { exitCode: 0 };
  try {
    await createProgram(context, outcome).parseAsync([...context.argv], { from: 'user' });
    return outcome.exitCode;
  } catch (error) {
    context.signal.throwIfAborted();
    // Help that was asked for is no error; what commander finds wrong it has said already.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    if (!(error instanceof CliError)) throw error;
    context.stderr.write(`${formatError(error)}\n`);
    return exitCodeOf(error);
  }
}
