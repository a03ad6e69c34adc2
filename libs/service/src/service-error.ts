import { formatProblem } from './problem.ts';
import type { Problem } from './problem.ts';

/** Why a service does not run; the message says what to do about it. */
export type ServiceErrorCode =
  /** A file, the environment or the command line is wrong: the operator has to change it. Exit code 2. */
  | 'invalid-config'
  /** Another process listens on the address. */
  | 'address-in-use'
  /** The address belongs to no interface of this machine, or its name is unknown. */
  | 'address-unavailable'
  /** This process may not listen there. */
  | 'address-not-permitted'
  /** Listening failed for another reason; `cause` has it. */
  | 'listen-failed';

/** The error of this library. */
export class ServiceError extends Error {
  override readonly name: string = 'ServiceError';
  readonly code: ServiceErrorCode;

  constructor(code: ServiceErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/**
 * A configuration with problems, as an error: what {@link runMain} turns into exit code 2 with one line per problem.
 * Permanent until the operator changes something.
 */
export class ConfigError extends ServiceError {
  override readonly name = 'ConfigError';
  /** Never empty, in the order of the files. */
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    super('invalid-config', problems.map(formatProblem).join('\n'));
    this.problems = problems;
  }
}
