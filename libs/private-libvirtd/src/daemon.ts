import { spawn } from 'node:child_process';
import { open, readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Account } from './account.ts';
import { PrivateLibvirtdError } from './error.ts';
import { findExecutable, searchPath } from './find-executable.ts';
import type { Layout } from './layout.ts';

/** How a libvirtd ended: one of the two is not null. */
export interface DaemonExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** One run of libvirtd; its guests outlive it. */
export interface Daemon {
  readonly pid: number;
  /** Never rejects. */
  readonly exited: Promise<DaemonExit>;
  readonly kill: (signal: NodeJS.Signals) => void;
  /** Whether it keeps our process running; it does not at first. */
  readonly setReferenced: (referenced: boolean) => void;
}

export interface DaemonOptions {
  readonly layout: Layout;
  readonly account: Account | undefined;
  /** Whose network and mount namespaces to join; ours if absent. */
  readonly namespacesOf: number | undefined;
  /** It ends by itself this long after its last client, unless a guest runs. */
  readonly timeoutS: number;
}

/** On a busy machine it has been seen to take two seconds; libvirtd asks every emulator what it can do first. */
const START_DEADLINE_MS = 60_000;
const SOCKET_RETRY_MS = 20;
const LOG_TAIL_LINES = 12;

/**
 * Starts libvirtd and waits until it accepts connections.
 *
 * @throws PrivateLibvirtdError `not-installed` or `start-failed`; the abort reason. The process is then gone.
 */
export async function startDaemon(options: DaemonOptions, signal: AbortSignal | undefined): Promise<Daemon> {
  signal?.throwIfAborted();
  const daemon = await spawnDaemon(options);
  try {
    await untilListening(options.layout, daemon, signal);
    return daemon;
  } catch (error) {
    daemon.kill('SIGKILL');
    daemon.setReferenced(true);
    await daemon.exited;
    throw error;
  }
}

async function spawnDaemon({ layout, account, namespacesOf, timeoutS }: DaemonOptions): Promise<Daemon> {
  const { configFile, pidFile, logFile } = layout;
  const libvirtd = await findExecutable('libvirtd', 'libvirt-daemon');
  const libvirtdArgs = ['--config', configFile, '--pid-file', pidFile, '--timeout', String(timeoutS)];
  let [command, args, identity]: [string, string[], Partial<Account>] = [libvirtd, libvirtdArgs, { ...account }];
  if (namespacesOf !== undefined && account !== undefined) {
    command = await findExecutable('nsenter', 'util-linux');
    // Joining needs root, so nsenter has to change the user, after it joined.
    const user = [`--setuid=${account.uid}`, `--setgid=${account.gid}`];
    args = [`--target=${namespacesOf}`, '--net', '--mount', ...user, '--', libvirtd, ...libvirtdArgs];
    identity = {};
  }
  const log = await open(logFile, 'a');
  try {
    const child = spawn(command, args, {
      ...identity,
      // Nothing of ours: a DBUS or XDG variable would lead it to the user's own session.
      env: environment(layout),
      cwd: layout.directory,
      // A session of its own: the interrupt key of a terminal must not end it before its clients are done.
      detached: true,
      stdio: ['ignore', log.fd, log.fd],
    });
    child.unref();
    const exited = new Promise<DaemonExit>((resolve) => {
      child.once('exit', (code, exitSignal) => {
        resolve({ code, signal: exitSignal });
      });
    });
    const pid = await new Promise<number>((resolve, reject) => {
      child.once('error', reject);
      child.once('spawn', () => {
        resolve(child.pid ?? 0);
      });
    });
    return {
      pid,
      exited,
      kill: (name) => void child.kill(name),
      setReferenced: (referenced) => {
        if (referenced) child.ref();
        else child.unref();
      },
    };
  } catch (error) {
    throw new PrivateLibvirtdError('start-failed', `cannot run ${command}: ${String(error)}`, { cause: error });
  } finally {
    await log.close();
  }
}

function environment({ directory, runDirectory, configDirectory }: Layout): NodeJS.ProcessEnv {
  return {
    PATH: searchPath(),
    HOME: directory,
    XDG_RUNTIME_DIR: runDirectory,
    XDG_CONFIG_HOME: configDirectory,
    XDG_CACHE_HOME: `${directory}/cache`,
    XDG_DATA_HOME: `${directory}/data`,
  };
}

async function untilListening(layout: Layout, daemon: Daemon, signal: AbortSignal | undefined): Promise<void> {
  const end: { exit?: DaemonExit } = {};
  void daemon.exited.then((exit) => (end.exit = exit));
  const deadline = performance.now() + START_DEADLINE_MS;
  while (!(await accepts(layout.socketPath))) {
    if (end.exit !== undefined) {
      const how = end.exit.signal ?? `exit code ${end.exit.code}`;
      throw new PrivateLibvirtdError('start-failed', `libvirtd ended at start (${how}): ${await logTail(layout)}`);
    }
    if (performance.now() > deadline) {
      const waited = `${START_DEADLINE_MS / 1000} s`;
      throw new PrivateLibvirtdError(
        'start-failed',
        `libvirtd does not listen on ${layout.socketPath} after ${waited}: ${await logTail(layout)}`,
      );
    }
    // Node words its own abort error; ours is the reason the caller gave.
    await sleep(SOCKET_RETRY_MS, undefined, signal && { signal }).catch(() => signal?.throwIfAborted());
  }
}

/** Whether somebody listens: the file alone is there a little earlier, and stays after a crash. */
function accepts(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    const settle = (result: boolean): void => {
      socket.destroy();
      resolve(result);
    };
    socket.once('connect', () => {
      settle(true);
    });
    socket.once('error', () => {
      settle(false);
    });
  });
}

async function logTail({ logFile }: Layout): Promise<string> {
  const text = await readFile(logFile, 'utf8').catch(() => '');
  return text.trim() === '' ? 'its log is empty' : text.trim().split('\n').slice(-LOG_TAIL_LINES).join('\n');
}
