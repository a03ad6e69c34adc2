import { rm } from 'node:fs/promises';
import { unprivilegedAccount } from './account.ts';
import { startDaemon } from './daemon.ts';
import type { Daemon, DaemonExit } from './daemon.ts';
import { PrivateLibvirtdError } from './error.ts';
import { findExecutable } from './find-executable.ts';
import { startGuard } from './guard.ts';
import { createLayout } from './layout.ts';
import type { Settings } from './layout.ts';

export interface PrivateLibvirtdOptions {
  /** Covers the start only; afterwards the libvirtd lives until `stop()`. */
  readonly signal?: AbortSignal;
  /** Lines of libvirtd.conf, e.g. `{ max_client_requests: 2 }`. */
  readonly settings?: Settings;
  /**
   * In a network namespace of its own, where guests may use tap devices that exist there (`networkNamespace` is the
   * way in). Needs root. Default false.
   */
  readonly network?: boolean;
  /** Puts things into its directory before it is started; what it is to change must belong to the account that is given. */
  readonly prepare?: (place: Pick<PrivateLibvirtd, 'directory' | 'account'>) => Promise<void>;
  /** Seconds without a client and without a guest after which it ends by itself. Default 60. */
  readonly timeoutS?: number;
}

/** A libvirtd that nobody else uses, with its test driver and its unprivileged QEMU driver. */
export interface PrivateLibvirtd extends AsyncDisposable {
  /** Everything it writes is in here, its log as `log`. Guests' disks belong here too; `stop()` removes it. */
  readonly directory: string;
  readonly socketPath: string;
  /** Of the latest run. */
  readonly pid: number;
  /** Settles when the latest run has ended, by whatever cause. Never rejects. */
  readonly exited: Promise<DaemonExit>;
  /** What it and its guests run as; undefined means as this process. Files for guests must be theirs. */
  readonly account: { readonly uid: number; readonly gid: number } | undefined;
  /** A path to hand to `nsenter --net=`, when asked for with `network`. */
  readonly networkNamespace: string | undefined;
  /** What libvirt's own clients call it: `qemu` is the driver of guests, `test` has one made-up domain. */
  uri(driver: 'test' | 'qemu'): string;
  /** Ends libvirtd alone and waits for that; guests go on, as they do when a host's libvirtd is restarted. */
  kill(signal?: 'SIGTERM' | 'SIGKILL'): Promise<DaemonExit>;
  /** Starts it again after `kill()`, in the same directory; it finds its guests again. */
  restart(signal?: AbortSignal): Promise<void>;
  /** Ends guests and libvirtd (asked first, then killed) and removes the directory. Safe twice. */
  stop(): Promise<void>;
}

const DEFAULT_TIMEOUT_S = 60;

/**
 * Starts a libvirtd of our own: no configuration of the machine is read, no service touched, no rights needed. As root
 * it runs as `nobody`. It ends with this process, also when that is killed.
 *
 * @throws PrivateLibvirtdError; the abort reason of `signal`. Nothing is left behind then.
 */
export async function startPrivateLibvirtd(options: PrivateLibvirtdOptions = {}): Promise<PrivateLibvirtd> {
  const { signal, settings = {}, network = false, prepare, timeoutS = DEFAULT_TIMEOUT_S } = options;
  signal?.throwIfAborted();
  await findExecutable('libvirtd', 'libvirt-daemon');
  const account = await unprivilegedAccount();
  if (network && account === undefined) {
    throw new PrivateLibvirtdError('not-permitted', 'a network namespace for libvirtd needs root: run this as root');
  }
  const layout = await createLayout(settings, account);
  const { directory } = layout;
  const prepared = prepare?.({ directory, account }) ?? Promise.resolve();
  const guard = await prepared
    .then(() => startGuard(directory, network))
    .catch(async (error: unknown) => {
      await rm(directory, { recursive: true });
      throw error;
    });
  const start = (startSignal: AbortSignal | undefined): Promise<Daemon> =>
    startDaemon({ layout, account, namespacesOf: network ? guard.pid : undefined, timeoutS }, startSignal);

  let daemon = await start(signal).catch(async (error: unknown) => {
    await guard.release();
    throw error;
  });
  const end = async (killSignal: NodeJS.Signals): Promise<DaemonExit> => {
    daemon.kill(killSignal);
    daemon.setReferenced(true);
    return daemon.exited;
  };
  const stop = async (): Promise<void> => {
    await guard.release();
    // A guard that somebody killed has done nothing.
    await end('SIGKILL');
    await rm(directory, { recursive: true, force: true });
  };
  return {
    directory,
    socketPath: layout.socketPath,
    account,
    networkNamespace: network ? `/proc/${guard.pid}/ns/net` : undefined,
    get pid() {
      return daemon.pid;
    },
    get exited() {
      return daemon.exited;
    },
    uri: (driver) => `${driver}+unix:///${driver === 'qemu' ? 'session' : 'default'}?socket=${layout.socketPath}`,
    kill: (killSignal = 'SIGTERM') => end(killSignal),
    restart: async (restartSignal) => {
      await daemon.exited;
      daemon = await start(restartSignal);
    },
    stop,
    [Symbol.asyncDispose]: stop,
  };
}
