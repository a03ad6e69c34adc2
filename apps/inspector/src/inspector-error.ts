/**
 * Why the inspector could not do something:
 * - `hypervisor-unavailable`: the hypervisor is away, or was never there; it may come back
 * - `invalid-request`: fields of a request are wrong, see `violations`
 * - `instance-not-found`: the host has no such instance, see `instanceId`
 * - `too-slow`: a watcher did not read its changes in time
 * - `stopping`: the inspector shuts down
 * - `read-timeout`: the hypervisor did not answer in time
 * - `bad-description`: a domain's XML cannot be understood
 * - `unsupported-uri`: the address of the hypervisor is malformed or leads where this inspector cannot go; permanent
 * - `listen-failed`: the address of the API cannot be used
 * - `bad-tls`: certificate, key or CA cannot be used
 */
export type InspectorErrorCode =
  | 'hypervisor-unavailable'
  | 'invalid-request'
  | 'instance-not-found'
  | 'too-slow'
  | 'stopping'
  | 'read-timeout'
  | 'bad-description'
  | 'unsupported-uri'
  | 'listen-failed'
  | 'bad-tls';

/** One wrong field of a request. */
export interface Violation {
  /** Path of the field as in the proto, for example `ids[2]`. */
  readonly field: string;
  /** What is wrong and what was expected. */
  readonly description: string;
}

/** Facts that some codes carry. */
export interface InspectorErrorFacts {
  readonly cause?: unknown;
  /** With `invalid-request`: every wrong field. */
  readonly violations?: readonly Violation[];
  /** With `instance-not-found`: the id asked for. */
  readonly instanceId?: string;
  /** With `hypervisor-unavailable`: the address of the hypervisor. */
  readonly uri?: string;
}

/** The one error class of the inspector; the gRPC status is made from it in `service/grpc-error.ts`. */
export class InspectorError extends Error {
  override readonly name = 'InspectorError';
  readonly code: InspectorErrorCode;
  readonly facts: InspectorErrorFacts;

  constructor(code: InspectorErrorCode, message: string, facts: InspectorErrorFacts = {}) {
    super(message, 'cause' in facts ? { cause: facts.cause } : undefined);
    this.code = code;
    this.facts = facts;
  }
}

/** The hypervisor at `uri` does not answer, because of `reason`. */
export function hypervisorUnavailable(uri: string, reason: string, cause?: unknown): InspectorError {
  const facts = cause === undefined ? { uri } : { uri, cause };
  return new InspectorError('hypervisor-unavailable', `The hypervisor ${uri} is not available: ${reason}`, facts);
}
