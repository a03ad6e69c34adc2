/**
 * A pollster throws it when it can never give its meter for a resource: the same resource would fail alike. It is then not
 * called for that resource again by the same source, until the resource has been away and comes back.
 */
export class PermanentPollsterError extends Error {
  override readonly name = 'PermanentPollsterError';
}
