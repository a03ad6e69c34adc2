/**
 * Why a command did not do what it was asked.
 *
 * - `invalid-option`: an option has a value that cannot be right, or one that needs another is alone
 * - `ambiguous-instance`: the name on the command line means several instances
 * - `instance-not-found`: it means none
 * - `inspector-failed`: the inspector cannot be asked, or refuses
 * - `start-failed`: a service that `dev` needs did not start
 * - `service-ended`: a service of `dev` ended by itself
 * - `ambiguous-queue`: what stands on the command line means several queues
 * - `queue-not-found`: it means none
 * - `queue-in-use`: another process, most likely the coordinator, has the queue open
 * - `queue-failed`: it could not be done for lack of room
 * - `wrong-user`: a queue belongs to another user than the one who runs this
 */
export type CliErrorCode =
  | 'invalid-option'
  | 'ambiguous-instance'
  | 'instance-not-found'
  | 'inspector-failed'
  | 'start-failed'
  | 'service-ended'
  | 'ambiguous-queue'
  | 'queue-not-found'
  | 'queue-in-use'
  | 'queue-failed'
  | 'wrong-user';

/** The error of this command; its message says what to do. */
export class CliError extends Error {
  override readonly name = 'CliError';
  readonly code: CliErrorCode;

  constructor(code: CliErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

const wrongCommandLines: ReadonlySet<CliErrorCode> = new Set([
  'invalid-option',
  'ambiguous-instance',
  'ambiguous-queue',
]);

/** 2 where the command line is at fault, 1 where it is what was found at run time. */
export function exitCodeOf(error: CliError): number {
  return wrongCommandLines.has(error.code) ? 2 : 1;
}
