import { ResponderBuilder, ServerInterceptingCall, ServerListenerBuilder, status } from '@grpc/grpc-js';
import type { ServerInterceptingCallInterface, ServerInterceptor } from '@grpc/grpc-js';
import { inspectorServiceName } from '@nephometer/inspector-api';

/** Told of each call that has ended. */
export type OnCallEnd = (method: string, code: string, seconds: number) => void;

/** Counts and times every call: those of health and reflection, too, and those whose caller has gone. */
export function measureCalls(onCallEnd: OnCallEnd): ServerInterceptor {
  return (method, call) => {
    const startedAt = performance.now();
    let ended = false;
    const end = (code: status): void => {
      if (ended) return;
      ended = true;
      onCallEnd(method.path.slice(1), status[code] ?? String(code), (performance.now() - startedAt) / 1000);
    };
    const listener = new ServerListenerBuilder()
      .withOnCancel(() => {
        const deadline = Number(call.getDeadline());
        end(Date.now() >= deadline ? status.DEADLINE_EXCEEDED : status.CANCELLED);
      })
      .build();
    const responder = new ResponderBuilder()
      .withStart((next) => next(listener))
      .withSendStatus((sent, next) => {
        end(sent.code);
        next(sent);
      })
      .build();
    return new ServerInterceptingCall(call, responder);
  };
}

/**
 * Ends the streams of the standard services (watching health, reflection) when `stopping` aborts: they would keep a
 * stopping server waiting for as long as their callers please. Our own stream ends itself.
 */
export function endStreams(stopping: AbortSignal): ServerInterceptor {
  const open = new Set<ServerInterceptingCallInterface>();
  const refuse = (call: ServerInterceptingCallInterface): void =>
    call.sendStatus({ code: status.UNAVAILABLE, details: 'The inspector is stopping' });
  stopping.addEventListener('abort', () => {
    for (const call of [...open]) refuse(call);
  });
  return (method, call) => {
    if (!method.responseStream || method.path.startsWith(`/${inspectorServiceName}/`)) {
      return new ServerInterceptingCall(call);
    }
    open.add(call);
    const listener = new ServerListenerBuilder().withOnCancel(() => open.delete(call)).build();
    const responder = new ResponderBuilder().withStart((next) => next(listener)).build();
    return new ServerInterceptingCall(call, responder);
  };
}

/**
 * Lets only clients in whose certificate has one of the names in `allow`; all others get PERMISSION_DENIED for every
 * method. That a certificate is there and signed by the CA was settled by the TLS handshake.
 */
export function admitClients(allow: readonly string[]): ServerInterceptor {
  const allowed = new Set(allow.map((name) => name.toLowerCase()));
  return (_method, call) => {
    const listener = new ServerListenerBuilder()
      .withOnReceiveMetadata((metadata, next) => {
        const names = subjectNames(call.getAuthContext().sslPeerCertificate?.subjectaltname);
        if (names.some((name) => allowed.has(name.toLowerCase()))) return next(metadata);
        const who = names.length === 0 ? 'a certificate without names' : names.join(', ');
        const details = `${who} is not among the clients that tls.allow admits`;
        call.sendStatus({ code: status.PERMISSION_DENIED, details });
      })
      .build();
    const responder = new ResponderBuilder().withStart((next) => next(listener)).build();
    return new ServerInterceptingCall(call, responder);
  };
}

/**
 * The names in a certificate's subject alternative names as Node writes them: `DNS:a.example, IP Address:10.0.0.1`.
 * A value with a special character comes as a JSON string.
 */
export function subjectNames(text: string | undefined): string[] {
  const names: string[] = [];
  const pattern = /(?:^|, )(?:DNS|URI|IP Address|email):(?:("(?:[^"\\]|\\.)*")|([^,]*))/g;
  for (const [, quoted, plain = ''] of (text ?? '').matchAll(pattern)) {
    names.push(quoted === undefined ? plain : String(JSON.parse(quoted)));
  }
  return names;
}
