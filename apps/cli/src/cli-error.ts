/**
 * Why a command did not do what it was asked.
 *
 * - `invalid-option`: an option has a value that cannot be right, or one that needs another is alone
 * - `ambiguous-instance`: the name on the command line means several instances
 * - `instance-not-found`: it means none
 * - `inspector-failed`: the inspector cannot be asked, or refuses
 * - `start-failed`: a service that `dev` needs did not start
 * - `service-ended`: a service of `dev` ended by itself
 */
export type CliErrorCode =
  | 'invalid-option'
  | 'ambiguous-instance'
  | 'instance-not-found'
  | 'inspector-failed'
  | 'start-failed'
  | 'service-ended';

/** The error of this command; its message says what to do. */
export class CliError extends Error {
  override readonly name = 'CliError';
  readonly code: CliErrorCode;

  constructor(code: CliErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** 2 where the command line is at fault, 1 where it is what was found at run time. */
export function exitCodeOf(error: CliError): number {
  return error.code === 'invalid-option' || error.code === 'ambiguous-instance' ? 2 : 1;
}
