import { suggest } from '@nephometer/service';

/** A queue on a broker, as a URL on the command line says it. */
export interface QueueAddress {
  readonly host: string;
  readonly port: number;
  readonly isTls: boolean;
  readonly user: string;
  readonly password: string;
  readonly vhost: string;
  /** Default `ceilometer`, the `control_exchange` of Ceilometer's agents. */
  readonly exchange: string;
  /** Routing keys: `notifications.sample`. At least one. */
  readonly keys: readonly string[];
  /** Name of our own queue; otherwise a new one is made up for each connection. */
  readonly queue?: string;
  /** Paths of PEM files: the authority that signed the broker's certificate, and ours with its key. */
  readonly tlsFiles: { readonly ca?: string; readonly cert?: string; readonly key?: string };
  /** The same as a URL for people, without the password. */
  readonly shown: string;
}

/** The address, or why the text is none; a sentence without the password. */
export type ParsedQueueAddress =
  { readonly address: QueueAddress; readonly problem?: never } | { readonly address?: never; readonly problem: string };

/** Variable of the environment with the password, where the URL has none. */
export const PASSWORD_VARIABLE = 'NEPHOMETER_AMQP_PASSWORD';

const DEFAULT_EXCHANGE = 'ceilometer';
const DEFAULT_TOPIC = 'notifications';

/** Notifiers of oslo.messaging put the priority behind the topic; samples go out with a priority of their own. */
const PRIORITY = '.sample';

const PARAMETERS = ['exchange', 'topic', 'queue', 'cacertfile', 'certfile', 'keyfile'] as const;

const ENCODE = 'write characters like @ / ? # in the user name or the password as %40 %2F %3F %23';

/** Whether an argument names a queue, and no file. */
export function isQueueUrl(text: string): boolean {
  return /^(amqps?|rabbit):\/\//i.test(text);
}

/**
 * Parses `amqp://USER:PASSWORD@HOST:PORT/VHOST?...`, or `amqps://` for TLS.
 *
 * @param env the password may be in {@link PASSWORD_VARIABLE} instead
 */
export function parseQueueAddress(text: string, env: Readonly<NodeJS.ProcessEnv>): ParsedQueueAddress {
  if (/^rabbit:/i.test(text))
    return { problem: 'oslo.messaging says rabbit:// where this is amqp://, or amqps:// for TLS' };
  const url = URL.parse(text);
  // What the parser makes of a password with such a character in it may be anything, also something that is shown.
  if (url === null || url.hash !== '' || /^[^/]*\/\/[^/?#]*[/?#].*@/.test(text)) {
    return { problem: `no URL like amqp://USER:PASSWORD@HOST:PORT/VHOST; ${ENCODE}` };
  }
  if (url.hostname === '') return { problem: 'the URL names no host' };
  const parts = decodeAll([url.username, url.password, url.pathname.slice(1)]);
  if (parts === undefined)
    return { problem: `a % in the URL is not followed by two hexadecimal digits; ${ENCODE}, % as %25` };
  const problem = parameterProblem(url.searchParams);
  if (problem !== undefined) return { problem };
  const [user, ownPassword, vhost] = parts;
  const password = ownPassword || env[PASSWORD_VARIABLE] || (user === '' ? 'guest' : '');
  if (password === '') {
    return {
      problem: `there is no password for user "${user}": set ${PASSWORD_VARIABLE}, or write USER:PASSWORD@HOST`,
    };
  }
  return { address: addressOf(url, { user: user || 'guest', password, vhost: vhost || '/' }) };
}

function addressOf(url: URL, account: Pick<QueueAddress, 'user' | 'password' | 'vhost'>): QueueAddress {
  const isTls = url.protocol === 'amqps:';
  const parameter = (name: (typeof PARAMETERS)[number]): string | undefined => url.searchParams.get(name) ?? undefined;
  const [ca, cert, key] = [parameter('cacertfile'), parameter('certfile'), parameter('keyfile')];
  const topics = url.searchParams.getAll('topic');
  const queue = parameter('queue');
  const shown = new URL(url);
  shown.password = '';
  return {
    ...account,
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port === '' ? (isTls ? 5671 : 5672) : Number(url.port),
    isTls,
    exchange: parameter('exchange') ?? DEFAULT_EXCHANGE,
    keys: [...new Set((topics.length === 0 ? [DEFAULT_TOPIC] : topics).map(keyOf))],
    ...(queue !== undefined && { queue }),
    tlsFiles: {
      ...(ca !== undefined && { ca }),
      ...(cert !== undefined && { cert }),
      ...(key !== undefined && { key }),
    },
    shown: shown.href,
  };
}

/** Who looks for the topic on a broker sees the key. */
function keyOf(topic: string): string {
  return topic.endsWith(PRIORITY) ? topic : `${topic}${PRIORITY}`;
}

function parameterProblem(parameters: URLSearchParams): string | undefined {
  const known: readonly string[] = PARAMETERS;
  for (const [name, value] of parameters) {
    if (!known.includes(name)) {
      const meant = suggest(name, known);
      return `there is no parameter "${name}" (${meant === undefined ? known.join(', ') : `did you mean "${meant}"?`})`;
    }
    if (value === '') return `parameter "${name}" is empty`;
    if (name !== 'topic' && parameters.getAll(name).length > 1) return `parameter "${name}" is there twice`;
  }
  if (parameters.has('certfile') !== parameters.has('keyfile')) return '"certfile" and "keyfile" need each other';
  return undefined;
}

function decodeAll(texts: readonly [string, string, string]): readonly [string, string, string] | undefined {
  try {
    return [decodeURIComponent(texts[0]), decodeURIComponent(texts[1]), decodeURIComponent(texts[2])];
  } catch {
    return undefined;
  }
}
