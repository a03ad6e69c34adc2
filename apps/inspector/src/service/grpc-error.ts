import { Metadata, status } from '@grpc/grpc-js';
import { DeadlineError } from '@nephometer/abortable';
import { BadRequest, durationFromMs, ErrorInfo, ResourceInfo, RetryInfo, Status } from '@nephometer/inspector-api';
import { InspectorError } from '../inspector-error.ts';

/** A gRPC status with its details in the metadata. */
export interface GrpcStatus {
  readonly code: status;
  readonly details: string;
  readonly metadata: Metadata;
}

/** Who defines the reasons below. */
const errorDomain = 'nephometer.inspector';
/** The inspector itself tries again at least this often. */
const retryDelayMs = 2000;

interface Detail {
  readonly typeUrl: string;
  readonly value: Buffer;
}

/**
 * The gRPC status of an error, with google.rpc details in `grpc-status-details-bin`. The one place where errors of the
 * inspector become those of its API: unexpected ones become INTERNAL without their text, which belongs in the log.
 */
export function grpcStatusOf(error: unknown): GrpcStatus {
  if (error instanceof DeadlineError) {
    const message = `The hypervisor did not answer within ${error.deadlineMs} ms`;
    return grpcStatusOf(new InspectorError('read-timeout', message, { cause: error }));
  }
  if (!(error instanceof InspectorError)) {
    return make(status.INTERNAL, 'The inspector failed; its log says why', [errorInfo('INTERNAL')]);
  }
  const { message, facts } = error;
  switch (error.code) {
    case 'invalid-request':
      return make(status.INVALID_ARGUMENT, message, [
        errorInfo('INVALID_REQUEST'),
        detail('BadRequest', BadRequest.encode({ fieldViolations: [...(facts.violations ?? [])] }).finish()),
      ]);
    case 'instance-not-found': {
      const resourceName = facts.instanceId ?? '';
      const resource = { resourceType: 'instance', resourceName, owner: '', description: message };
      return make(status.NOT_FOUND, message, [
        errorInfo('INSTANCE_NOT_FOUND'),
        detail('ResourceInfo', ResourceInfo.encode(resource).finish()),
      ]);
    }
    case 'hypervisor-unavailable':
      return make(status.UNAVAILABLE, message, [
        errorInfo('HYPERVISOR_UNAVAILABLE', facts.uri === undefined ? {} : { uri: facts.uri }),
        retryInfo(),
      ]);
    case 'stopping':
      return make(status.UNAVAILABLE, message, [errorInfo('INSPECTOR_STOPPING'), retryInfo()]);
    case 'too-slow':
      return make(status.RESOURCE_EXHAUSTED, message, [errorInfo('WATCHER_TOO_SLOW')]);
    case 'read-timeout':
      return make(status.DEADLINE_EXCEEDED, message, [errorInfo('HYPERVISOR_TOO_SLOW')]);
    case 'bad-description':
    case 'unsupported-uri':
    case 'listen-failed':
    case 'bad-tls':
      return make(status.INTERNAL, message, [errorInfo('INTERNAL')]);
  }
}

function make(code: status, details: string, facts: readonly Detail[]): GrpcStatus {
  const metadata = new Metadata();
  const full = Status.encode({ code, message: details, details: [...facts] }).finish();
  metadata.set('grpc-status-details-bin', Buffer.from(full));
  return { code, details, metadata };
}

function detail(name: string, bytes: Uint8Array): Detail {
  return { typeUrl: `type.googleapis.com/google.rpc.${name}`, value: Buffer.from(bytes) };
}

function errorInfo(reason: string, metadata: Record<string, string> = {}): Detail {
  return detail('ErrorInfo', ErrorInfo.encode({ reason, domain: errorDomain, metadata }).finish());
}

function retryInfo(): Detail {
  return detail('RetryInfo', RetryInfo.encode({ retryDelay: durationFromMs(retryDelayMs) }).finish());
}
