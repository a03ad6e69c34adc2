import assert from 'node:assert/strict';
import { test } from 'node:test';
import { InspectorError } from '@nephometer/inspector-client';
import type { InspectorErrorCode } from '@nephometer/inspector-client';
import { explainInspectorError } from './check-inspector.ts';
import type { FindingCode } from './finding.ts';

/** As gRPC words it, seen with a real peer of each kind. */
const noConnection = (lastError: string): string =>
  `cannot be reached: No connection established. Last error: ${lastError} Resolution note: `;

const rows: readonly {
  readonly what: string;
  readonly error: readonly [InspectorErrorCode, message: string];
  readonly tls?: boolean;
  readonly code: FindingCode;
  readonly title: RegExp;
}[] = [
  {
    what: 'a port where nobody listens',
    error: ['unreachable', noConnection('Error: connect ECONNREFUSED 10.0.0.1:7750.')],
    code: 'inspector-unreachable',
    title: /nobody listens/,
  },
  {
    what: 'a socket that is not there',
    error: ['unreachable', noConnection('Error: connect ENOENT /run/i.sock.')],
    code: 'inspector-unreachable',
    title: /no such socket/,
  },
  {
    what: 'a socket of somebody else',
    error: ['unreachable', noConnection('Error: connect EACCES /run/i.sock.')],
    code: 'inspector-unreachable',
    title: /may not use/,
  },
  {
    what: 'a name without an address',
    error: ['unreachable', 'cannot be reached: Name resolution failed for target dns:kvm1:7750'],
    code: 'inspector-unreachable',
    title: /no address/,
  },
  {
    what: 'a network that does not lead there',
    error: ['unreachable', noConnection('Error: connect EHOSTUNREACH 10.0.0.1:7750.')],
    code: 'inspector-unreachable',
    title: /network/,
  },
  {
    what: 'a connection that broke',
    error: ['unreachable', 'cannot be reached: Connection dropped'],
    code: 'inspector-unreachable',
    title: /cannot be reached/,
  },
  {
    what: 'TLS to an inspector in the clear',
    error: ['unreachable', noConnection('Error: 40AD:error:0A00010B:SSL routines::wrong version number:x.c:77:\n.')],
    tls: true,
    code: 'tls-failed',
    title: /does not speak TLS/,
  },
  {
    what: 'a certificate for another name',
    error: ['unreachable', noConnection('Error [ERR_TLS_CERT_ALTNAME_INVALID]: does not match certificate')],
    tls: true,
    code: 'tls-failed',
    title: /another name/,
  },
  {
    what: 'a certificate that has expired',
    error: ['unreachable', noConnection('Error: certificate has expired.')],
    tls: true,
    code: 'tls-failed',
    title: /out of date/,
  },
  {
    what: 'a certificate of another authority',
    error: ['unreachable', noConnection('Error: self-signed certificate in certificate chain.')],
    tls: true,
    code: 'tls-failed',
    title: /not to be trusted/,
  },
  {
    what: 'an inspector that does not trust our certificate',
    error: ['unreachable', noConnection('read ECONNRESET (2026-11-22T19:54:04.734Z).')],
    tls: true,
    code: 'tls-failed',
    title: /ended the connection/,
  },
  {
    what: 'an inspector that wants TLS, or something else, called in the clear',
    error: ['unreachable', noConnection('Failed to connect (2026-11-22T19:54:04.744Z).')],
    code: 'not-an-inspector',
    title: /does not speak gRPC in the clear/,
  },
  {
    what: 'another gRPC service',
    error: ['incompatible', 'does not offer this method: The server does not implement it'],
    code: 'not-an-inspector',
    title: /does not offer/,
  },
  {
    what: 'a peer that is silent',
    error: ['deadline', 'no answer within 15000 ms'],
    code: 'inspector-silent',
    title: /no answer in time/,
  },
  {
    what: 'an inspector that does not allow our name',
    error: ['refused', 'stranger is not among the clients that tls.allow admits'],
    tls: true,
    code: 'inspector-refuses',
    title: /does not admit/,
  },
  {
    what: 'an inspector that fails',
    error: ['failed', 'INTERNAL: The inspector failed; its log says why'],
    code: 'inspector-failed',
    title: /answers with an error/,
  },
];

for (const { what, error, tls = false, code, title } of rows) {
  test(`${what} is ${code}, a problem, with the error once and what to look at`, () => {
    const [errorCode, message] = error;
    const finding = explainInspectorError(new InspectorError(errorCode, 'kvm1:7750', message), {
      target: 'kvm1:7750',
      tls,
    });
    assert.equal(finding.severity, 'problem');
    assert.equal(finding.code, code);
    assert.match(finding.title, title);
    assert.ok(finding.title.startsWith('inspector kvm1:7750: '));
    const said = finding.explanation.at(-1) ?? '';
    assert.ok(said.startsWith(`The error: ${message.slice(0, 20)}`), said);
    assert.doesNotMatch(said, /Resolution note|inspector kvm1/);
    assert.ok(finding.explanation.length > 1);
  });
}
