import { readFileSync } from 'node:fs';
import { connectivityState, credentials } from '@grpc/grpc-js';
import type { ChannelCredentials, ClientOptions } from '@grpc/grpc-js';
import { InspectorServiceClient } from '@nephometer/inspector-api';

/** Files that make the connection a TLS one with certificates on both sides (PEM). */
export interface TlsFiles {
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

/** Default port of an inspector. */
const DEFAULT_PORT = 7750;

/** A channel that has been connecting for this long is thrown away. */
const CONNECTING_LIMIT_MS = 20_000;

const clientOptions: ClientOptions = {
  // Inspectors are on the operator's own network; a proxy from the environment is meant for other traffic.
  'grpc.enable_http_proxy': 0,
  // Renewing a channel must not find the stuck subchannel of the one before.
  'grpc.use_local_subchannel_pool': 1,
  'grpc.enable_retries': 0,
  'grpc.keepalive_time_ms': 30_000,
  'grpc.keepalive_timeout_ms': 10_000,
  'grpc.keepalive_permit_without_calls': 1,
  'grpc.max_receive_message_length': 64 * 1024 * 1024,
  // A reply of a large host is some hundred kB: the default of 64 KiB would cost a round trip each.
  'grpc-node.flow_control_window': 4 * 1024 * 1024,
};

/** The connection to one inspector, renewed when gRPC would not bring it back by itself. */
export interface Channel {
  /** The stub to make the next call on. */
  readonly stub: InspectorServiceClient;
  /** Tells the channel that a call on its stub has begun; the answer is to be called when it ended. */
  begin(): () => void;
  /** Ends all calls. Safe twice. */
  close(): void;
}

/**
 * Opens a channel; connects at the first call.
 *
 * Two states of a gRPC channel are no good to a poller: CONNECTING to a peer that accepts TCP and stays silent never
 * ends (grpc/grpc-node issue 2785), and TRANSIENT_FAILURE fails calls at once for as long as its back-off says, although
 * the inspector may be back. In both a fresh channel is made, as soon as no call is under way on the old one.
 *
 * @param target `host:port`, `host`, `[v6]:port` or `unix:/path`
 * @throws if a TLS file cannot be read
 */
export function openChannel(target: string, tls: TlsFiles | undefined): Channel {
  const address = withDefaultPort(target);
  const channelCredentials = createCredentials(tls);
  const open = (): InspectorServiceClient => new InspectorServiceClient(address, channelCredentials, clientOptions);
  let stub = open();
  let underWay = 0;
  let connectingSince: number | undefined;
  let closed = false;

  function isStuck(): boolean {
    const state = stub.getChannel().getConnectivityState(false);
    if (state !== connectivityState.CONNECTING) {
      connectingSince = undefined;
      return state === connectivityState.TRANSIENT_FAILURE;
    }
    connectingSince ??= performance.now();
    return performance.now() - connectingSince >= CONNECTING_LIMIT_MS;
  }

  return {
    get stub() {
      if (!closed && isStuck() && underWay === 0) {
        stub.close();
        stub = open();
        connectingSince = undefined;
      }
      return stub;
    },
    begin() {
      underWay += 1;
      let ended = false;
      return () => {
        if (ended) return;
        ended = true;
        underWay -= 1;
        // Notes when connecting began even if calls are hours apart.
        if (!closed) isStuck();
      };
    },
    close() {
      closed = true;
      stub.close();
    },
  };
}

function createCredentials(tls: TlsFiles | undefined): ChannelCredentials {
  if (!tls) return credentials.createInsecure();
  return credentials.createSsl(readFileSync(tls.ca), readFileSync(tls.key), readFileSync(tls.cert));
}

/** A target as gRPC wants it. */
export function withDefaultPort(target: string): string {
  if (target.startsWith('unix:')) return target;
  const isBareV6 = !target.startsWith('[') && target.indexOf(':') !== target.lastIndexOf(':');
  if (isBareV6) return `[${target}]:${DEFAULT_PORT}`;
  return /:\d+$/.test(target) ? target : `${target}:${DEFAULT_PORT}`;
}
