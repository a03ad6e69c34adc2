/** Why there is no private libvirtd; the message says what to do about it. */
export type PrivateLibvirtdErrorCode =
  /** `libvirtd`, or a tool that the request needs, is not on this machine. */
  | 'not-installed'
  /** It was started and ended, or never opened its socket; the message carries the end of its log. */
  | 'start-failed'
  /** The request needs rights that this process does not have. */
  | 'not-permitted';

/** The one error of this library. Permanent: the same call fails the same way until the machine is changed. */
export class PrivateLibvirtdError extends Error {
  override readonly name = 'PrivateLibvirtdError';
  readonly code: PrivateLibvirtdErrorCode;

  constructor(code: PrivateLibvirtdErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
