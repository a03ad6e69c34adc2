/** Why a pack cannot be read. */
export type PackErrorCode =
  /** It has a version that this code does not know: a newer program wrote it. */
  | 'unknown_version'
  /** It is not what `packSamples` wrote. */
  | 'damaged';

/** The error of `unpackSamples`. Permanent: the same bytes always fail. */
export class PackError extends Error {
  override readonly name = 'PackError';
  readonly code: PackErrorCode;

  constructor(code: PackErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
