import type { sendUnaryData, ServerUnaryCall, ServerWritableStream } from '@grpc/grpc-js';
import type { InspectorServiceServer } from '@nephometer/inspector-api';
import { InspectorError } from '../inspector-error.ts';
import { getHost } from './get-host.ts';
import { getInstance } from './get-instance.ts';
import { grpcStatusOf } from './grpc-error.ts';
import { inspectInstances } from './inspect-instances.ts';
import { listInstances } from './list-instances.ts';
import type { ServiceContext } from './service-context.ts';
import { watchInstances } from './watch-instances.ts';
import type { MessageWriter } from './watch-instances.ts';

/** Told about errors that are none of ours and none of the caller's. */
export type OnUnexpected = (error: unknown, method: string) => void;

type Method<Request, Response> = (
  context: ServiceContext,
  request: Request,
  signal: AbortSignal,
  deadlineMs: number,
) => Promise<Response>;

/**
 * The service's methods as grpc-js wants them. A call's cancellation and deadline abort its method's signal; the deadline is
 * also told in epoch milliseconds, `Infinity` if there is none.
 */
export function createInspectorService(context: ServiceContext, onUnexpected: OnUnexpected): InspectorServiceServer {
  const unary =
    <Request, Response>(method: Method<Request, Response>) =>
    (call: ServerUnaryCall<Request, Response>, callback: sendUnaryData<Response>): void => {
      method(context, call.request, signalOf(call), Number(call.getDeadline())).then(
        (response) => callback(null, response),
        (error: unknown) => {
          if (!call.cancelled && !(error instanceof Error && isExpected(error))) onUnexpected(error, call.getPath());
          callback(grpcStatusOf(error));
        },
      );
    };
  return {
    getHost: unary(getHost),
    listInstances: unary(listInstances),
    getInstance: unary(getInstance),
    inspectInstances: unary(inspectInstances),
    watchInstances(call) {
      const signal = signalOf(call, context.stopping);
      watchInstances(context, call.request, writerOf(call), signal).then(
        () => call.end(),
        (error: unknown) => {
          if (call.cancelled) return;
          if (!(error instanceof Error && isExpected(error))) onUnexpected(error, call.getPath());
          // grpc-js takes a stream's final status from this event.
          call.emit('error', grpcStatusOf(error));
        },
      );
    },
  };
}

function isExpected(error: Error): boolean {
  return error instanceof InspectorError || error.name === 'DeadlineError';
}

/**
 * Aborts when the call is over for its caller: cancelled, past its deadline, connection lost. grpc-js says `cancelled`
 * after every call, so nothing is left attached to `stopping`.
 */
function signalOf(
  call: ServerUnaryCall<unknown, unknown> | ServerWritableStream<unknown, unknown>,
  stopping?: AbortSignal,
): AbortSignal {
  const controller = new AbortController();
  const stop = (): void => controller.abort(new InspectorError('stopping', 'The inspector is stopping'));
  call.on('cancelled', () => {
    stopping?.removeEventListener('abort', stop);
    controller.abort(new InspectorError('stopping', 'The caller has gone'));
  });
  if (stopping?.aborted) stop();
  else stopping?.addEventListener('abort', stop, { once: true });
  return controller.signal;
}

function writerOf<T>(call: ServerWritableStream<unknown, T>): MessageWriter<T> {
  return {
    async write(message, signal) {
      signal.throwIfAborted();
      if (call.write(message)) return;
      await new Promise<void>((resolve, reject) => {
        const drained = (): void => {
          signal.removeEventListener('abort', aborted);
          resolve();
        };
        const aborted = (): void => {
          call.removeListener('drain', drained);
          reject(signal.reason as Error);
        };
        call.once('drain', drained);
        signal.addEventListener('abort', aborted, { once: true });
      });
    },
  };
}
