import { DeadlineError } from '@nephometer/abortable';
import { formatError } from '@nephometer/service';
import type { QueueAddress } from './queue-address.ts';

/** What of an address the explanations name. */
export type NamedAddress = Pick<QueueAddress, 'host' | 'port' | 'user' | 'vhost' | 'exchange' | 'queue'>;

interface Explanation {
  /** Tested on the error's code, or else on its message. */
  readonly when: RegExp;
  /** @param detail the error's own words */
  readonly text: (address: NamedAddress, detail: string) => string;
}

const at = ({ host, port }: NamedAddress): string => `${host.includes(':') ? `[${host}]` : host}:${port}`;

const PORTS = 'AMQP is at port 5672 by default, with TLS (amqps://) at 5671';

/** A row for each thing that goes wrong; the first that fits explains it. */
const explanations: readonly Explanation[] = [
  { when: /^ECONNREFUSED$/, text: (address) => `nobody listens at ${at(address)}: does the broker run? ${PORTS}` },
  { when: /^(ENOTFOUND|EAI_AGAIN)$/, text: ({ host }) => `the name of the host, ${host}, is not known` },
  {
    when: /^(ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|DEADLINE)$/,
    text: (address, detail) => `no answer from ${at(address)} (${detail}): is it reachable from here? ${PORTS}`,
  },
  {
    when: /^(ERR_SSL_WRONG_VERSION_NUMBER|ERR_SSL_PACKET_LENGTH_TOO_LONG|ERR_SSL_RECORD_LAYER_FAILURE)$/,
    text: (address) => `what is at ${at(address)} does not speak TLS; ${PORTS}`,
  },
  {
    when: /CERTIFICATE_REQUIRED|HANDSHAKE_FAILURE$/,
    text: (_, detail) => `the broker wants a certificate: ?certfile=PEM&keyfile=PEM (${detail})`,
  },
  {
    when: /^(SELF_SIGNED_CERT_IN_CHAIN|DEPTH_ZERO_SELF_SIGNED_CERT|UNABLE_TO_\w+)$/,
    text: (_, detail) =>
      `who signed the certificate of the broker is not trusted (${detail}): name the authority, ?cacertfile=PEM`,
  },
  { when: /^(CERT_|ERR_TLS_)/, text: (_, detail) => `the certificate of the broker is not accepted: ${detail}` },
  {
    when: /Handshake terminated by server: 403/,
    text: ({ user }) =>
      `the broker refuses the password of user "${user}", or does not know it (and "guest" only from its own machine)`,
  },
  {
    // The client keeps the broker's words to itself; there are no other reasons once the user is known.
    when: /^Expected ConnectionOpenOk; got <ConnectionClose/,
    text: ({ user, vhost }) =>
      `there is no vhost "${vhost}", or user "${user}" has no permissions in it: rabbitmqctl list_permissions -p ${vhost}`,
  },
  {
    // RabbitMQ's port for TLS resets or closes the connection.
    when: /^(ECONNRESET|EPIPE)$|^Frame size|closed abruptly during|^Expected connection|^Invalid frame/i,
    text: (address) => `what is at ${at(address)} does not speak AMQP 0-9-1, or expects TLS; ${PORTS}`,
  },
  {
    when: /no exchange/,
    text: ({ exchange, vhost }) =>
      `there is no exchange "${exchange}" in vhost "${vhost}". An agent of Ceilometer makes it when it first sends: look at ` +
      'transport_url and control_exchange in its ceilometer.conf, and give the latter as ?exchange=NAME',
  },
  {
    when: /RESOURCE[-_]LOCKED|PRECONDITION[-_]FAILED/,
    text: ({ queue = '' }) =>
      `there is a queue "${queue}" already. This one must be of its own, or it would take messages away from who reads ` +
      'them: leave ?queue= out, or give another name',
  },
  {
    when: /ACCESS[-_]REFUSED/,
    text: ({ user, exchange }, detail) =>
      `user "${user}" lacks permissions: configure, write and read for its queue (nephometer.shadow.*, or give a name, ` +
      `?queue=NAME), and read for exchange "${exchange}" (${detail})`,
  },
];

/** Why a broker cannot be used and what to do, for people: no sentence of it has the password. */
export function explainBrokerError(error: unknown, address: NamedAddress): string {
  const detail = formatError(error).trim();
  const code = codeOf(error);
  const found = explanations.find(({ when }) => (code !== undefined && when.test(code)) || when.test(detail));
  return found === undefined ? detail : found.text(address, detail);
}

function codeOf(error: unknown): string | undefined {
  if (error instanceof DeadlineError) return 'DEADLINE';
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}
