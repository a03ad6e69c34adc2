/** Why a publisher could not do its work. */
export type PublisherErrorCode =
  /** The URL is wrong; the message has every problem. */
  | 'bad_url'
  /** The target cannot be opened; publishing again tries again. */
  | 'open_failed'
  /** The target took none or a part of the samples. */
  | 'write_failed'
  /** Nobody reads the target any more. */
  | 'reader_gone'
  /** The publisher is closed. */
  | 'closed';

/** The error of this library. Its message names the target. */
export class PublisherError extends Error {
  override readonly name = 'PublisherError';
  readonly code: PublisherErrorCode;

  constructor(code: PublisherErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
