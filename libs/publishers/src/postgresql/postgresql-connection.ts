import { Socket } from 'node:net';
import type { ConnectionOptions } from 'node:tls';
import { userInfo } from 'node:os';
import { raceAbort } from '@nephometer/abortable';
import type { Client } from 'pg';
import { readTlsFiles } from '../tls-files.ts';
import type { PostgresqlOptions } from './postgresql-options.ts';

/** A row of a result, by the names of its columns. */
export type ResultRow = Readonly<Record<string, unknown>>;

/** A connection to the server. One call at a time; a call fails when it is destroyed. */
export interface PostgresqlConnection {
  /** False when it broke. */
  readonly isOpen: boolean;
  /** Without values there may be several statements. */
  query(text: string, values?: readonly unknown[]): Promise<readonly ResultRow[]>;
  /** Runs a `COPY ... FROM STDIN` with these data. */
  copy(text: string, data: Buffer): Promise<void>;
  /** Says goodbye. */
  end(): Promise<void>;
  /** Breaks it at once. Safe twice, and after `end`. */
  destroy(): void;
}

/** Connects. Rejects with the signal's reason, or with an error of the library or of Node. */
export async function connectPostgresql(
  options: PostgresqlOptions,
  signal: AbortSignal,
): Promise<PostgresqlConnection> {
  const { sslMode, server } = options;
  // As everywhere with PostgreSQL: there is no TLS on a unix socket.
  if (sslMode === 'disable' || server.host.startsWith('/')) return connect(options, undefined, signal);
  const files = await readTlsFiles(options.tls);
  // Any name will do, if the authority does.
  const tls = sslMode === 'verify-ca' ? { ...files, checkServerIdentity: () => undefined } : files;
  try {
    return await connect(options, tls, signal);
  } catch (error) {
    signal.throwIfAborted();
    const isRefused = error instanceof Error && error.message.includes('does not support SSL');
    if (sslMode !== 'prefer' || !isRefused) throw error;
    return connect(options, undefined, signal);
  }
}

async function connect(
  { server, database, user }: PostgresqlOptions,
  ssl: ConnectionOptions | undefined,
  signal: AbortSignal,
): Promise<PostgresqlConnection> {
  const [{ Client }, { from }] = await Promise.all([import('pg'), import('pg-copy-streams')]);
  signal.throwIfAborted();
  const socket = new Socket();
  const client: Client = new Client({
    host: server.host,
    port: server.port,
    database,
    user: user?.name ?? userInfo().username,
    // A function, so that the library looks into no variables and files for one.
    password: () => user?.password ?? '',
    ssl: ssl ?? false,
    application_name: 'nephometer',
    keepAlive: true,
    stream: () => socket,
  });
  let isOpen = true;
  const broken = (): void => {
    isOpen = false;
  };
  // Also what breaks while nobody waits for anything; the next call tells.
  client.on('error', broken);
  client.on('end', broken);
  const destroy = (): void => {
    isOpen = false;
    socket.destroy();
  };
  try {
    await raceAbort(client.connect(), signal);
  } catch (error) {
    destroy();
    throw error;
  }
  return {
    get isOpen() {
      return isOpen;
    },
    async query(text, values) {
      // Several statements have several results; nobody asks for those.
      const { rows } = await client.query<ResultRow>(text, values && [...values]);
      return rows;
    },
    copy: (text, data) =>
      new Promise((resolve, reject) => {
        const stream = client.query(from(text));
        // Not once: it may tell of the end of the connection, too.
        stream.on('error', reject);
        stream.once('finish', resolve);
        stream.end(data);
      }),
    async end() {
      await client.end();
    },
    destroy,
  };
}
