import { parseHostPort } from '../host-port.ts';
import type { HostPort } from '../host-port.ts';

/** Where a RabbitMQ listens, and who we are to it. */
export interface BrokerAddress {
  readonly at: HostPort;
  readonly user: string;
  readonly password: string;
}

const ports = { plain: 5672, tls: 5671 };

/** What to write, for messages. */
export const notifierExample = 'notifier://user:password@rabbit.example.org:5672/';

/**
 * Reads what stands between `//` and the path as oslo.messaging does in a `transport_url`: one RabbitMQ, or several of one
 * cluster with commas between them, each `[user:password@]host[:port]`. Without a user it is `guest`, and so is the password.
 *
 * @param problems what is wrong is added here, without users and passwords
 */
export function parseBrokerAddresses(text: string, isTls: boolean, problems: string[]): readonly BrokerAddress[] {
  return text.split(',').flatMap((each) => {
    const end = each.lastIndexOf('@');
    const parsed = parseHostPort(each.slice(end + 1), isTls ? ports.tls : ports.plain);
    const credentials = end < 0 ? { user: 'guest', password: 'guest' } : credentialsOf(each.slice(0, end));
    if (!parsed.ok) problems.push(`${parsed.problem}; an example is ${notifierExample}`);
    if (!credentials) problems.push('it has a user without a password; write user:password@');
    return parsed.ok && credentials ? [{ at: parsed.at, ...credentials }] : [];
  });
}

function credentialsOf(text: string): { readonly user: string; readonly password: string } | undefined {
  const colon = text.indexOf(':');
  if (colon < 0) return undefined;
  return { user: unquote(text.slice(0, colon)), password: unquote(text.slice(colon + 1)) };
}

/** A `%` that begins no escape stands for itself, as in Python's `unquote`. */
export function unquote(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
