import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { checkServerIdentity } from 'node:tls';
import type { ConnectionOptions } from 'node:tls';
import { raceAbort, withDeadline } from '@nephometer/abortable';
import type * as Nats from '@nats-io/transport-node';
import type { HostPort } from '../host-port.ts';
import { readTlsFiles } from '../tls-files.ts';
import { PublisherError } from '../publisher-error.ts';
import { awaitGreeting } from './greeting.ts';
import type { NatsOptions } from './nats-options.ts';

/**
 * Connects to the first server that greets, within the timeout, and never again by itself. Rejects with an error of the library or
 * the system, a `DeadlineError`, `bad_file`, `bad_answer`, or the abort reason.
 */
export async function dial(
  nats: typeof Nats,
  options: NatsOptions,
  baseDirectory = '',
  signal: AbortSignal,
): Promise<Nats.NatsConnection> {
  const { timeoutMs, tls, user, credentialsFile } = options;
  const { host, port } = await firstToGreet(options, signal);
  const files = tls && (await readTlsFiles(tls, baseDirectory));
  const authenticator =
    credentialsFile === undefined ? undefined : await readCredentials(nats, resolve(baseDirectory, credentialsFile));
  const connecting = nats.connect({
    servers: [`${host.includes(':') ? `[${host}]` : host}:${port}`],
    name: 'nephometer',
    timeout: timeoutMs,
    // The next call makes a new one, perhaps to another server.
    reconnect: false,
    ignoreClusterUpdates: true,
    noAsyncTraces: true,
    ...(files && { tls: tlsOptions(files, host) }),
    ...(user && (user.password === undefined ? { token: user.name } : { user: user.name, pass: user.password })),
    ...(authenticator && { authenticator }),
  });
  try {
    return await withDeadline(signal, timeoutMs, (ending) => raceAbort(connecting, ending));
  } catch (error) {
    // It may still come about.
    connecting.then(
      (late) => late.close(),
      () => undefined,
    );
    throw error;
  }
}

/** Rejects with what the last one did: they are tried in order, and each has its part of the time. */
async function firstToGreet({ servers, timeoutMs }: NatsOptions, signal: AbortSignal): Promise<HostPort> {
  let failure: unknown;
  for (const server of servers) {
    try {
      await awaitGreeting(server, timeoutMs / servers.length, signal);
      return server;
    } catch (error) {
      signal.throwIfAborted();
      failure = error;
    }
  }
  throw failure;
}

/** The library passes on to Node what it does not know. For an address it has the certificate checked for `localhost`. */
function tlsOptions(files: ConnectionOptions, host: string): Nats.TlsOptions {
  const checked: ConnectionOptions = {
    ...files,
    checkServerIdentity: (_name, certificate) => checkServerIdentity(host, certificate),
  };
  return checked as Nats.TlsOptions;
}

async function readCredentials(nats: typeof Nats, file: string): Promise<Nats.Authenticator> {
  try {
    const authenticator = nats.credsAuthenticator(await readFile(file));
    // It reads the file's text when it is asked to sign.
    authenticator('nonce');
    return authenticator;
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new PublisherError('bad_file', `${file} cannot be used: expected credentials of NATS (${why})`, { cause });
  }
}
