import { status as GrpcStatus } from '@grpc/grpc-js';
import type { ServiceError } from '@grpc/grpc-js';
import { ErrorInfo, Status } from '@nephometer/inspector-api';

/**
 * Why a call to an inspector failed.
 *
 * - `unreachable`: nobody answers at the target, or the connection broke
 * - `deadline`: no answer within the time the caller allowed
 * - `hypervisor-unavailable`: the inspector answers, its hypervisor does not
 * - `not-found`: the host has no such instance
 * - `invalid`: the inspector refuses the request; the same request fails again
 * - `refused`: the inspector does not accept this caller (certificates)
 * - `incompatible`: the target does not speak this API, or leaves out what every answer has
 * - `failed`: the inspector could not make the answer, or it could not be read here; the inspector's log says more
 * - `closed`: this client has been closed
 */
export type InspectorErrorCode =
  | 'unreachable'
  | 'deadline'
  | 'hypervisor-unavailable'
  | 'not-found'
  | 'invalid'
  | 'refused'
  | 'incompatible'
  | 'failed'
  | 'closed';

/** A call to an inspector failed. */
export class InspectorError extends Error {
  override readonly name = 'InspectorError';
  readonly code: InspectorErrorCode;
  /** The inspector that was called. */
  readonly target: string;
  /** Stable name of the cause, if the inspector gave one (`HYPERVISOR_UNAVAILABLE`). */
  readonly reason: string | undefined;

  constructor(code: InspectorErrorCode, target: string, message: string, options?: ErrorOptions & { reason?: string }) {
    super(`inspector ${target}: ${message}`, options);
    this.code = code;
    this.target = target;
    this.reason = options?.reason;
  }

  /** What gRPC reports as an error of ours: the one place where statuses become codes. */
  static from(error: ServiceError, target: string, deadlineMs: number): InspectorError {
    const info = errorInfo(error);
    const options = { cause: error, ...(info && { reason: info.reason }) };
    const details = error.details || error.message;
    switch (error.code) {
      case GrpcStatus.DEADLINE_EXCEEDED:
        return new InspectorError('deadline', target, `no answer within ${Math.round(deadlineMs)} ms`, options);
      // The caller's own cancelling never gets here: the other side reset the call, as a killed server does.
      case GrpcStatus.CANCELLED:
      case GrpcStatus.UNAVAILABLE:
        return info?.reason === 'HYPERVISOR_UNAVAILABLE'
          ? new InspectorError('hypervisor-unavailable', target, details, options)
          : new InspectorError('unreachable', target, `cannot be reached: ${details}`, options);
      case GrpcStatus.NOT_FOUND:
        return new InspectorError('not-found', target, details, options);
      case GrpcStatus.INVALID_ARGUMENT:
      case GrpcStatus.FAILED_PRECONDITION:
      case GrpcStatus.OUT_OF_RANGE:
        return new InspectorError('invalid', target, details, options);
      case GrpcStatus.UNAUTHENTICATED:
      case GrpcStatus.PERMISSION_DENIED:
        return new InspectorError('refused', target, details, options);
      case GrpcStatus.UNIMPLEMENTED:
        return new InspectorError('incompatible', target, `does not offer this method: ${details}`, options);
      default:
        return new InspectorError('failed', target, `${GrpcStatus[error.code]}: ${details}`, options);
    }
  }
}

/** The ErrorInfo in the trailers; absent, or unreadable, on errors that are not the inspector's own. */
function errorInfo(error: ServiceError): ErrorInfo | undefined {
  const [bytes] = error.metadata?.get('grpc-status-details-bin') ?? [];
  if (!Buffer.isBuffer(bytes)) return undefined;
  try {
    const any = Status.decode(bytes).details.find(({ typeUrl }) => typeUrl.endsWith('/google.rpc.ErrorInfo'));
    return any && ErrorInfo.decode(any.value);
  } catch {
    return undefined;
  }
}
