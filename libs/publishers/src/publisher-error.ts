import { PublishError } from '@nephometer/plugin';
import type { PublishErrorOptions } from '@nephometer/plugin';

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
  /** There is no connection to the target, or it broke. */
  | 'unreachable'
  /** The target did not answer in time. */
  | 'timeout'
  /** The target is not who it should be: its certificate is not trusted. */
  | 'untrusted'
  /** The target does not accept who we are: user, password, token, client certificate. */
  | 'unauthorized'
  /** The target does not take this, for a reason of ours: the address, the format, the samples. */
  | 'refused'
  /** The target fails for a reason of its own, or asks for time. */
  | 'target_failed'
  /** What answered does not speak the protocol. */
  | 'bad_answer'
  /** A file that the URL names, such as a certificate, cannot be used. */
  | 'bad_file'
  /** The publisher is closed. */
  | 'closed';

/** The error of this library. Its message names the target. */
export class PublisherError extends PublishError {
  override readonly name = 'PublisherError';
  readonly code: PublisherErrorCode;

  constructor(code: PublisherErrorCode, message: string, options?: PublishErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
