import type { InspectorError } from '@nephometer/inspector-client';
import { createFinding } from './finding.ts';
import type { Finding, FindingCode } from './finding.ts';

/** How the inspector was called. */
export interface CallFacts {
  readonly target: string;
  /** With certificates. */
  readonly tls: boolean;
}

const onTheHost = {
  status: 'systemctl status nephometer-inspector',
  log: 'journalctl -u nephometer-inspector -n 50',
  sockets: 'ss -lntp',
};

/** What can be told from the error of an inspector that nobody could speak to. */
interface Cause {
  /** Found in gRPC's own words. */
  readonly pattern: RegExp;
  /** Only with certificates, or only without; absent: in both cases. */
  readonly tls?: boolean;
  readonly code: FindingCode;
  readonly title: string;
  readonly explanation: readonly string[];
  readonly checks?: readonly string[];
}

/** The first that fits counts. */
const causes: readonly Cause[] = [
  {
    pattern: /ECONNREFUSED/,
    code: 'inspector-unreachable',
    title: 'nobody listens there',
    explanation: [
      'The machine answers, and no program listens at this address.',
      'An inspector listens on 127.0.0.1:7750 unless its file says otherwise: other machines need "listen" and "tls" in inspector.yaml.',
    ],
    checks: [onTheHost.status, onTheHost.sockets],
  },
  {
    pattern: /ENOENT/,
    code: 'inspector-unreachable',
    title: 'there is no such socket',
    explanation: ['The inspector is not running, or its "listen" names another path.'],
    checks: [onTheHost.status],
  },
  {
    pattern: /EACCES|EPERM/,
    code: 'inspector-unreachable',
    title: 'this user may not use its socket',
    explanation: ["The socket's permissions let other users in: ask as one of those, or as root."],
  },
  {
    pattern: /Name resolution failed|ENOTFOUND|EAI_AGAIN/,
    code: 'inspector-unreachable',
    title: 'its name has no address',
    explanation: ['The name is misspelt, or DNS and /etc/hosts of this machine do not know it.'],
  },
  {
    pattern: /EHOSTUNREACH|ENETUNREACH|ETIMEDOUT|EHOSTDOWN/,
    code: 'inspector-unreachable',
    title: 'the network does not lead there',
    explanation: ['The host is down, or a router or firewall stands between.'],
  },
  {
    pattern: /wrong version number|packet length too long/i,
    tls: true,
    code: 'tls-failed',
    title: 'it does not speak TLS',
    explanation: ['It listens in the clear: leave out the --tls options, or configure "tls" in its inspector.yaml.'],
  },
  {
    pattern: /ALTNAME|altnames/,
    tls: true,
    code: 'tls-failed',
    title: 'its certificate is for another name',
    explanation: ['Ask it by a name that its certificate has (subjectAltName), or give it one that has this name.'],
  },
  {
    pattern: /certificate has expired|CERT_HAS_EXPIRED|not yet valid/i,
    tls: true,
    code: 'tls-failed',
    title: 'its certificate is out of date',
    explanation: ["Renew it and restart the inspector; if it should be good, compare this machine's clock."],
  },
  {
    pattern: /certificate/i,
    tls: true,
    code: 'tls-failed',
    title: 'its certificate is not to be trusted',
    explanation: ['--tls-ca is not the authority that signed it.'],
  },
  {
    pattern: /ECONNRESET|Failed to connect|alert|handshake|EPROTO|socket hang up/i,
    tls: true,
    code: 'tls-failed',
    title: 'it ended the connection instead of greeting us',
    explanation: ['Most likely its "tls.ca" did not sign the certificate of --tls-cert.'],
    checks: [onTheHost.log],
  },
  {
    pattern: /ECONNRESET|Failed to connect|Protocol error|socket hang up/i,
    tls: false,
    code: 'not-an-inspector',
    title: 'what answers does not speak gRPC in the clear',
    explanation: [
      'An inspector with "tls" in its inspector.yaml wants --tls-ca, --tls-cert and --tls-key.',
      'Or the port belongs to another program: an inspector has 7750 unless told otherwise.',
    ],
    checks: [onTheHost.sockets],
  },
];

/**
 * Why nothing can be learned from an inspector.
 *
 * @param error of a call; not `hypervisor-unavailable`, of which the inspector is not the cause
 */
export function explainInspectorError(error: InspectorError, call: CallFacts): Finding {
  const make = (code: FindingCode, title: string, explanation: readonly string[], checks: readonly string[]): Finding =>
    createFinding('problem', code, `inspector ${call.target}: ${title}`, {
      explanation: [...explanation, `The error: ${tidy(error)}`],
      checks,
    });
  switch (error.code) {
    case 'deadline':
      return make(
        'inspector-silent',
        'no answer in time',
        [
          'Nobody answers the connection, or the inspector does not answer calls: a firewall that drops packets, a host that is down or overloaded, a stopped process, or another program at this address.',
        ],
        [onTheHost.status, onTheHost.log],
      );
    case 'refused':
      return make(
        'inspector-refuses',
        'it does not admit this client',
        ['The certificate of --tls-cert is good, and none of its names is in "tls.allow" of inspector.yaml.'],
        ['openssl x509 -noout -subject -ext subjectAltName -in FILE_OF_TLS_CERT'],
      );
    case 'incompatible':
      return make(
        'not-an-inspector',
        "what answers does not offer an inspector's API",
        ['Another program has this port, or the inspector and this command are too far apart in age.'],
        [onTheHost.sockets],
      );
    case 'unreachable': {
      const cause = causes.find(
        ({ pattern, tls }) => pattern.test(error.message) && (tls === undefined || tls === call.tls),
      );
      if (cause !== undefined) return make(cause.code, cause.title, cause.explanation, cause.checks ?? []);
      return make(
        'inspector-unreachable',
        'it cannot be reached',
        ['The inspector stopped while it was asked, or something between cut the connection.'],
        [onTheHost.status, onTheHost.log],
      );
    }
    case 'hypervisor-unavailable':
    case 'not-found':
    case 'invalid':
    case 'failed':
    case 'closed':
      return make('inspector-failed', 'it answers with an error', ['Its log says more.'], [onTheHost.log]);
  }
}

/** The error without what stands in the title, and without what gRPC adds for nobody. */
function tidy({ message, target }: InspectorError): string {
  return message
    .replace(`inspector ${target}: `, '')
    .replace(/\s*Resolution note:\s*$/, '')
    .trim();
}
