import type { InspectorError } from '@nephometer/inspector-client';
import { createFinding } from './finding.ts';
import type { Finding, FindingCode } from './finding.ts';

/** A way in which a hypervisor is away, told from the inspector's words. */
interface Cause {
  readonly pattern: RegExp;
  readonly code: FindingCode;
  readonly title: string;
  readonly explanation: readonly string[];
  readonly checks: readonly string[];
  readonly commands: readonly string[];
}

const statusOfDaemons = 'systemctl status libvirtd virtqemud';
const listOfSockets = 'ls -l /run/libvirt/';
const processesOfDaemons = 'ps -o pid,stat,wchan:30,args -C libvirtd,virtqemud';

const libvirtSilent: Cause = {
  pattern: /not connected to .* after|did not answer|no answer|timed? ?out/i,
  code: 'libvirt-silent',
  title: 'libvirt does not answer',
  explanation: [
    'The daemon is stopped or overloaded, or all its threads wait for guests that hang.',
    'STAT T below means stopped, D waiting for storage. Guests run on while the daemon restarts.',
  ],
  checks: [processesOfDaemons, statusOfDaemons, 'virt-admin server-threadpool-info libvirtd'],
  commands: ['systemctl restart libvirtd  # or virtqemud'],
};

/** The first that fits counts. */
const causes: readonly Cause[] = [
  {
    pattern: /no libvirt socket at|ENOENT/,
    code: 'libvirt-socket-missing',
    title: "libvirt's socket is not there",
    explanation: ['The daemon does not run (libvirtd, or virtqemud on newer systems), or its socket is elsewhere.'],
    checks: [statusOfDaemons, listOfSockets],
    commands: [
      'systemctl start libvirtd  # or virtqemud',
      'inspector.yaml: libvirt: {uri: "qemu+unix:///system?socket=PATH_OF_THE_SOCKET"}',
    ],
  },
  {
    pattern: /no access to the libvirt socket|EACCES|EPERM/,
    code: 'libvirt-permission-denied',
    title: "the inspector may not use libvirt's socket",
    explanation: [
      'The socket for reading, which ends in -ro, is open to everybody: the inspector takes it unless its file names another.',
      'The other one is for root and the group libvirt.',
    ],
    checks: [listOfSockets],
    commands: [
      'inspector.yaml: libvirt: {uri: "qemu+unix:///system?socket=/run/libvirt/libvirt-sock-ro"}',
      'usermod -aG libvirt USER_OF_THE_INSPECTOR',
    ],
  },
  {
    pattern: /polkit|SASL|authentication|AUTH_(?:FAILED|CANCELLED|UNAVAILABLE)/i,
    code: 'libvirt-authentication-failed',
    title: 'libvirt does not accept the inspector',
    explanation: [
      'The daemon asks who it is, by polkit or SASL. polkit lets everybody read unless a rule on the host forbids it (action org.libvirt.unix.monitor); SASL on the local socket is not supported.',
    ],
    checks: ['pkaction --verbose --action-id org.libvirt.unix.monitor', 'grep -r ^auth_unix /etc/libvirt/'],
    commands: ['/etc/libvirt/libvirtd.conf (or virtqemud.conf): auth_unix_ro = "none"'],
  },
  {
    pattern: /queue of waiting clients is full|EAGAIN/,
    code: 'libvirt-clients-exhausted',
    title: 'libvirt takes no more clients',
    explanation: ['The daemon is stopped or overloaded, or so many clients wait that the queue is full.'],
    checks: ['virt-admin client-list libvirtd', processesOfDaemons],
    commands: ['systemctl restart libvirtd  # or virtqemud'],
  },
  {
    pattern: /no daemon listens|ECONNREFUSED/,
    code: 'libvirt-not-listening',
    title: "nobody listens at libvirt's socket",
    explanation: ['The socket is left from a daemon that does not run any more. Guests run on without it.'],
    checks: [statusOfDaemons],
    commands: ['systemctl restart libvirtd  # or virtqemud'],
  },
  libvirtSilent,
];

const unknown: Omit<Cause, 'pattern'> = {
  code: 'hypervisor-unavailable',
  title: 'the inspector cannot ask its hypervisor',
  explanation: [],
  checks: ['journalctl -u nephometer-inspector -n 50', statusOfDaemons],
  commands: [],
};

/** Why the inspector cannot ask its hypervisor, from an error whose code is `hypervisor-unavailable`. */
export function explainUnavailable(error: InspectorError): Finding {
  return explain(error, causes.find(({ pattern }) => pattern.test(error.message)) ?? unknown);
}

/** The inspector answers, and its hypervisor does not within the time of a call. */
export function explainSilentHypervisor(error: InspectorError): Finding {
  return explain(error, libvirtSilent);
}

function explain({ message, target }: InspectorError, cause: Omit<Cause, 'pattern'>): Finding {
  const { code, title, explanation, checks, commands } = cause;
  const reason = `The error: ${message.replace(`inspector ${target}: `, '')}`;
  const goesOn = 'The inspector answers, and connects by itself as soon as it can.';
  return createFinding('problem', code, title, { explanation: [...explanation, reason, goesOn], checks, commands });
}
