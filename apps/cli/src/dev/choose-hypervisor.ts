import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { connect } from 'node:net';
import { PrivateLibvirtdError, startPrivateLibvirtd } from '@nephometer/private-libvirtd';

/** What the operator may insist on; `auto` takes the first that works. */
export type HypervisorChoice = 'auto' | 'libvirt' | 'test' | 'simulated';

/** A hypervisor that `dev` can point an inspector at. Disposing ends what was started for it. */
export interface Candidate extends AsyncDisposable {
  /** What it is, for people: "the libvirt of this machine (qemu:///system)". */
  readonly title: string;
  /** Lines of inspector.yaml that choose it. */
  readonly config: readonly string[];
}

/** A candidate, or why there is none of its kind, in words. */
export type Offer =
  | { readonly candidate: Candidate }
  | {
      /** For example "libvirtd is not installed". */
      readonly refusal: string;
    };

/** What looking for hypervisors needs. */
export interface ChooseSettings {
  readonly choice: HypervisorChoice;
  /** Where the system's libvirt has its sockets. Default: /run/libvirt. */
  readonly socketDirectory?: string;
  /** How many instances the simulated hypervisor shall have. */
  readonly simulatedInstances: number;
  readonly signal: AbortSignal;
}

const SOCKET_DIRECTORY = '/run/libvirt';

/** Read-only ones first: they need no rights, and the inspector needs no more. */
const SOCKET_NAMES = ['libvirt-sock-ro', 'virtqemud-sock-ro', 'libvirt-sock', 'virtqemud-sock'];

/**
 * What this machine offers, best first: its own libvirt, a private libvirtd with libvirt's test driver, the simulated
 * hypervisor. Nothing is started before its turn comes. Who takes a candidate disposes it.
 */
export async function* hypervisorOffers(settings: ChooseSettings): AsyncGenerator<Offer> {
  const { choice } = settings;
  if (choice === 'auto' || choice === 'libvirt') yield systemLibvirt(settings);
  if (choice === 'auto' || choice === 'test') yield testDriver(settings.signal);
  if (choice === 'auto' || choice === 'simulated') yield simulated(settings.simulatedInstances);
}

async function systemLibvirt({ socketDirectory = SOCKET_DIRECTORY, signal }: ChooseSettings): Promise<Offer> {
  const refusals: string[] = [];
  for (const name of SOCKET_NAMES) {
    const socket = `${socketDirectory}/${name}`;
    const exists = await access(socket, constants.F_OK).then(
      () => true,
      () => false,
    );
    if (!exists) continue;
    const refusal = await whyNoConnection(socket, signal);
    if (refusal === undefined) {
      return {
        candidate: {
          title: `the libvirt of this machine (${socket})`,
          config: ['hypervisor: libvirt', 'libvirt:', '  uri: qemu:///system', `  socket: ${JSON.stringify(socket)}`],
          [Symbol.asyncDispose]: async () => undefined,
        },
      };
    }
    refusals.push(`${socket}: ${refusal}`);
  }
  const none = `this machine runs no libvirt (no socket in ${socketDirectory})`;
  return {
    refusal: refusals.length === 0 ? none : `the libvirt of this machine does not answer (${refusals.join('; ')})`,
  };
}

/** Connects and hangs up; gives the reason if that is not possible. Whether libvirt answers, the inspector will find out. */
function whyNoConnection(path: string, signal: AbortSignal): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    const socket = connect({ path, signal });
    socket.once('connect', () => {
      socket.destroy();
      resolve(undefined);
    });
    socket.once('error', (error: NodeJS.ErrnoException) => {
      if (signal.aborted) reject(signal.reason as Error);
      else resolve(error.code ?? error.message);
    });
  });
}

async function testDriver(signal: AbortSignal): Promise<Offer> {
  try {
    const libvirtd = await startPrivateLibvirtd({ signal });
    return {
      candidate: {
        title: "a libvirtd of our own with libvirt's test driver",
        config: [
          'hypervisor: libvirt',
          'libvirt:',
          '  uri: test:///default',
          `  socket: ${JSON.stringify(libvirtd.socketPath)}`,
        ],
        [Symbol.asyncDispose]: () => libvirtd.stop(),
      },
    };
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof PrivateLibvirtdError) return { refusal: `no libvirtd of our own: ${error.message}` };
    throw error;
  }
}

function simulated(instances: number): Offer {
  return {
    candidate: {
      title: `the simulated hypervisor (${instances} made-up instances)`,
      config: ['hypervisor: simulated', 'simulated:', `  instances: ${instances}`],
      [Symbol.asyncDispose]: async () => undefined,
    },
  };
}
