import type { Host } from '@nephometer/inspector-api';
import { shellWord } from '../text/shell-word.ts';
import { createFinding } from './finding.ts';
import type { Finding } from './finding.ts';

type DaemonLimits = NonNullable<Host['daemonLimits']>;

/** Shares of a limit from which on somebody should know, in percent. */
const SCARCE = { workers: 80, clients: 90 } as const;

/** Through which socket libvirt is read, and what its daemon has left for its clients. Nothing to say of other hypervisors. */
export function checkDaemon(host: Host): Finding[] {
  if (host.driver !== 'libvirt') return [];
  const { daemonLimits } = host;
  return [...checkSocket(host), ...(daemonLimits ? checkLimits(host, daemonLimits) : [limitsUnknown(host)])];
}

/** Threads for calls that have one to do. */
export function busyWorkers({ workersCurrent, workersFree }: DaemonLimits): number {
  return Math.max(0, workersCurrent - workersFree);
}

/** A user's own daemon has one socket only; the host's has one for reading besides. */
function checkSocket({ socket, uri }: Host): Finding[] {
  const isSystem = /^[^?]*\/system(?:\?|$)/.test(uri);
  if (socket === undefined || socket.endsWith('-ro') || !isSystem) return [];
  return [
    createFinding('note', 'read-write-socket', `the inspector uses ${socket}, which can do more than read`, {
      explanation: [
        'It asks for reading only, but whoever may use this socket is as good as root on the host. The socket for reading will do.',
      ],
      commands: [`inspector.yaml: libvirt: {socket: ${JSON.stringify(`${socket}-ro`)}}`],
    }),
  ];
}

function limitsUnknown(host: Host): Finding {
  const { daemon = 'libvirtd' } = host;
  return createFinding('note', 'daemon-limits-unknown', `${daemon} does not tell the inspector its limits`, {
    explanation: [
      'Its admin socket is closed to the inspector (it is for root alone), so whether its threads and clients are near their limits is not checked.',
      'To spare the daemon, the inspector assumes the limits that it has by default. As root you can look for yourself.',
    ],
    checks: [virtAdmin(host, 'server-threadpool-info'), virtAdmin(host, 'server-clients-info')],
  });
}

function checkLimits(host: Host, limits: DaemonLimits): Finding[] {
  const { daemon = 'libvirtd' } = host;
  const { callsQueued } = limits;
  const workers = checkWorkers(host, limits);
  const queued =
    callsQueued > 0 && workers.length === 0
      ? [
          createFinding(
            'note',
            'daemon-calls-queued',
            `${count(callsQueued, 'call')} to ${daemon} waited for a thread`,
            {
              explanation: ['It may have been a moment only. If it stays so, somebody asks the daemon too much.'],
              checks: [virtAdmin(host, 'client-list')],
            },
          ),
        ]
      : [];
  return [...workers, ...queued, ...checkClients(host, limits)];
}

function checkWorkers(host: Host, limits: DaemonLimits): Finding[] {
  const { daemon = 'libvirtd' } = host;
  const { workersMaximum, workersCurrent, workersFree, callsQueued } = limits;
  if (workersMaximum === 0) return [];
  const busy = busyWorkers(limits);
  const queue = callsQueued > 0 ? `; ${count(callsQueued, 'call')} in the queue` : '';
  const details = {
    checks: [virtAdmin(host, 'server-threadpool-info'), virtAdmin(host, 'client-list')],
    commands: [
      `${virtAdmin(host, 'server-threadpool-set')} --max-workers ${workersMaximum * 2}  # until it restarts`,
      `/etc/libvirt/${daemon}.conf: max_workers = ${workersMaximum * 2}`,
    ],
  };
  if (workersFree === 0 && workersCurrent >= workersMaximum) {
    return [
      createFinding(
        'problem',
        'daemon-workers-exhausted',
        `all ${workersMaximum} threads of ${daemon} are busy${queue}`,
        {
          explanation: [
            'Every client waits, also those that start, stop and migrate guests.',
            'Most often guests that hang keep them: bring those back first. More threads only win time.',
          ],
          ...details,
        },
      ),
    ];
  }
  if (busy * 100 < workersMaximum * SCARCE.workers) return [];
  return [
    createFinding(
      'warning',
      'daemon-workers-scarce',
      `${busy} of ${workersMaximum} threads of ${daemon} are busy${queue}`,
      {
        explanation: [
          'When all are, every client waits. Guests that hang keep a thread each, some clients more than one.',
        ],
        ...details,
      },
    ),
  ];
}

function checkClients(host: Host, { clientsCurrent, clientsMaximum }: DaemonLimits): Finding[] {
  const { daemon = 'libvirtd' } = host;
  if (clientsMaximum === 0 || clientsCurrent * 100 < clientsMaximum * SCARCE.clients) return [];
  const details = {
    checks: [virtAdmin(host, 'client-list')],
    commands: [
      `${virtAdmin(host, 'server-clients-set')} --max-clients ${clientsMaximum * 2}  # until it restarts`,
      `/etc/libvirt/${daemon}.conf: max_clients = ${clientsMaximum * 2}`,
    ],
  };
  if (clientsCurrent >= clientsMaximum) {
    return [
      createFinding(
        'problem',
        'daemon-clients-exhausted',
        `${daemon} has all the ${clientsMaximum} clients it admits`,
        {
          explanation: [
            'Whoever connects now gets no answer. A program that never closes its connections may be the cause.',
          ],
          ...details,
        },
      ),
    ];
  }
  return [
    createFinding(
      'warning',
      'daemon-clients-scarce',
      `${daemon} has ${clientsCurrent} of at most ${clientsMaximum} clients`,
      {
        explanation: [
          'One more than that gets no answer. A program that never closes its connections may be the cause.',
        ],
        ...details,
      },
    ),
  ];
}

/** A command of virt-admin for the daemon of a host. Without a URI virt-admin takes libvirtd, also where virtqemud runs. */
function virtAdmin({ daemon = 'libvirtd', uri }: Host, command: string): string {
  const path = /^[^?]*\/session(?:\?|$)/.test(uri) ? '/session' : '/system';
  return `virt-admin -c ${shellWord(`${daemon}://${path}`)} ${command} ${shellWord(daemon)}`;
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
