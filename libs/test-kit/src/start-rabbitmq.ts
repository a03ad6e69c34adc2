import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort } from './free-port.ts';
import { runCommand } from './run-command.ts';
import { startProcess } from './start-process.ts';
import type { TestProcess } from './start-process.ts';
import { temporaryDirectory } from './temporary-directory.ts';

/** Paths of PEM files. */
export interface RabbitmqTls {
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

export interface RabbitmqOptions {
  /** Listens for TLS, too, and asks clients for no certificate. Default: plain TCP only. */
  readonly tls?: RabbitmqTls;
}

/** A RabbitMQ with the user `guest`, password `guest`, and the vhost `/`. */
export interface TestRabbitmq extends AsyncDisposable {
  /** Port on 127.0.0.1, the same after a restart. */
  readonly port: number;
  /** The one for TLS; 0 without {@link RabbitmqOptions.tls}. */
  readonly tlsPort: number;
  /** Runs rabbitmqctl on it and gives its output: `ctl('list_queues', 'name')`. Takes a second or two. */
  ctl(...args: readonly string[]): Promise<string>;
  /**
   * Ends the server and waits for it. SIGTERM, the default, lets it say goodbye to its clients; SIGKILL breaks their
   * connections. What was declared durable is there after `start()`.
   */
  stop(signal?: 'SIGTERM' | 'SIGKILL'): Promise<void>;
  /** Starts it again; resolves when it serves. */
  start(): Promise<void>;
}

// The package's programs in PATH change to a user of their own, which only root can.
const PROGRAMS = '/usr/lib/rabbitmq/bin';

const ONLY_HERE = '{127,0,0,1}';

/**
 * Starts a RabbitMQ, best for a whole file of tests: it takes five seconds of a processor, so eight or fifteen on a busy machine,
 * and has sixty. All its files are in a directory of its own, all its ports on 127.0.0.1, and Erlang's port mapper is its own.
 * Disposing kills it and removes everything.
 *
 * @throws Error with what it wrote if it does not start
 */
export async function startRabbitmq({ tls }: RabbitmqOptions = {}): Promise<TestRabbitmq> {
  const directory = await temporaryDirectory();
  const ports = { node: await freePort(), distribution: await freePort(), mapper: await freePort() };
  const tlsPort = tls === undefined ? 0 : await freePort();
  const env = environment(directory.path, ports);
  let mapper: TestProcess | undefined;
  let server: TestProcess | undefined;
  const stop = async (signal: NodeJS.Signals = 'SIGTERM'): Promise<void> => {
    server?.kill(signal);
    await server?.exit;
    server = undefined;
  };
  const start = async (): Promise<void> => {
    const options = { env, cwd: directory.path, ownGroup: true };
    server = await startProcess(join(PROGRAMS, 'rabbitmq-server'), [], options);
    await server.waitForLine((line) => line.includes('Server startup complete'));
  };
  const dispose = async (): Promise<void> => {
    await stop('SIGKILL');
    await mapper?.[Symbol.asyncDispose]();
    await directory[Symbol.asyncDispose]();
  };
  try {
    await mkdir(join(directory.path, 'home'));
    await writeFile(join(directory.path, 'plugins'), '[].\n');
    await writeFile(join(directory.path, 'rabbitmq.conf'), configuration(ports.node, tls && { ...tls, port: tlsPort }));
    mapper = await startProcess('epmd', ['-port', String(ports.mapper), '-address', '127.0.0.1']);
    await start();
  } catch (error) {
    await dispose();
    throw error;
  }
  return {
    port: ports.node,
    tlsPort,
    ctl: (...args) => runCommand('env', [...assignments(env), join(PROGRAMS, 'rabbitmqctl'), '-q', ...args]),
    stop,
    start,
    [Symbol.asyncDispose]: dispose,
  };
}

function configuration(port: number, tls: (RabbitmqTls & { readonly port: number }) | undefined): string {
  const lines = [
    `listeners.tcp.1 = 127.0.0.1:${port}`,
    // It blocks its publishers on a disk or a machine that is full, and few machines have nothing else to do.
    'disk_free_limit.absolute = 1MB',
    'vm_memory_high_watermark.absolute = 512MB',
  ];
  if (tls !== undefined) {
    lines.push(
      `listeners.ssl.1 = 127.0.0.1:${tls.port}`,
      `ssl_options.cacertfile = ${tls.ca}`,
      `ssl_options.certfile = ${tls.cert}`,
      `ssl_options.keyfile = ${tls.key}`,
      'ssl_options.verify = verify_none',
    );
  }
  return lines.map((line) => `${line}\n`).join('');
}

interface Ports {
  readonly node: number;
  readonly distribution: number;
  readonly mapper: number;
}

function environment(directory: string, ports: Ports): Record<string, string> {
  const at = (name: string): string => join(directory, name);
  return {
    // Where Erlang keeps the cookie by which the server knows rabbitmqctl.
    HOME: at('home'),
    RABBITMQ_NODENAME: `test${ports.node}@localhost`,
    RABBITMQ_MNESIA_BASE: at('mnesia'),
    RABBITMQ_LOG_BASE: at('log'),
    RABBITMQ_LOGS: '-',
    RABBITMQ_PID_FILE: at('pid'),
    RABBITMQ_ENABLED_PLUGINS_FILE: at('plugins'),
    RABBITMQ_CONFIG_FILE: at('rabbitmq'),
    RABBITMQ_CONF_ENV_FILE: '/dev/null',
    RABBITMQ_DIST_PORT: String(ports.distribution),
    // Its start script then becomes the server, instead of a parent that passes signals on.
    RUNNING_UNDER_SYSTEMD: '1',
    NOTIFY_SOCKET: '',
    ERL_EPMD_PORT: String(ports.mapper),
    ERL_EPMD_ADDRESS: '127.0.0.1',
    // For every Erlang that is started, also the short-lived ones of the scripts: each listens for its like.
    ERL_AFLAGS: `-kernel inet_dist_use_interface ${ONLY_HERE}`,
  };
}

function assignments(env: Readonly<Record<string, string>>): string[] {
  return Object.entries(env).map(([name, value]) => `${name}=${value}`);
}
