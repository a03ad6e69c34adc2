import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Host, InspectInstancesResponse } from '@nephometer/inspector-api';
import { InspectorError } from '@nephometer/inspector-client';
import type { InspectorErrorCode } from '@nephometer/inspector-client';
import type { Answers } from './answers.ts';
import { checkAnswers } from './check-answers.ts';
import type { FindingCode } from './finding.ts';

const call = { target: 'kvm1', tls: false };
const answered = { kind: 'answered', value: [] } as const;
const host = { kind: 'answered', value: Host.create() } as const;
const reading = { kind: 'answered', value: InspectInstancesResponse.create() } as const;

function failed(
  code: InspectorErrorCode,
  message = 'x',
  reason?: string,
): { readonly kind: 'failed'; readonly error: InspectorError } {
  return { kind: 'failed', error: new InspectorError(code, 'kvm1', message, { ...(reason && { reason }) }) };
}

const tooSlow = failed('deadline', 'no answer within 15000 ms', 'HYPERVISOR_TOO_SLOW');
const away = failed('hypervisor-unavailable', 'The hypervisor qemu:///system is not available: not connected yet');

const rows: readonly [what: string, answers: Partial<Answers>, codes: readonly FindingCode[]][] = [
  ['all calls answered', {}, []],
  [
    'nobody there',
    { host: failed('unreachable'), instances: failed('unreachable'), reading: failed('deadline') },
    ['inspector-unreachable'],
  ],
  [
    'a silent peer',
    { host: failed('deadline'), instances: failed('deadline'), reading: failed('deadline') },
    ['inspector-silent'],
  ],
  [
    'a client that is not allowed',
    { host: failed('refused'), instances: failed('refused'), reading: failed('failed') },
    ['inspector-refuses'],
  ],
  ['a hypervisor that is away', { host: away, instances: away, reading: away }, ['hypervisor-unavailable']],
  ['a hypervisor that went away between two calls', { reading: away }, ['hypervisor-unavailable']],
  [
    'an inspector that waited in vain for all answers',
    { host: tooSlow, instances: failed('deadline'), reading: tooSlow },
    ['libvirt-silent'],
  ],
  [
    'a daemon that answers neither of the calls that ask it',
    { host: failed('deadline'), reading: failed('deadline') },
    ['libvirt-silent'],
  ],
  ['a reading that is late alone', { reading: failed('deadline') }, ['reading-failed']],
  ['a reading that fails', { reading: failed('failed') }, ['reading-failed']],
  ['a host that does not say what it is', { host: failed('deadline') }, ['host-facts-failed']],
  [
    'two calls that fail, each for itself',
    { host: failed('failed'), instances: failed('failed') },
    ['host-facts-failed', 'listing-failed'],
  ],
];

for (const [what, answers, codes] of rows) {
  test(`${what}: ${codes.join(', ') || 'no finding'}`, () => {
    const findings = checkAnswers({ host, instances: answered, reading, clock: undefined, ...answers }, call);
    assert.deepEqual(
      findings.map(({ code }) => code),
      codes,
    );
  });
}

test('a reading that is late is told apart from one that fails by what to look at', () => {
  const late = checkAnswers({ host, instances: answered, reading: failed('deadline'), clock: undefined }, call);
  assert.match(late[0]?.checks.join() ?? '', /virsh domstats --nowait/);
  const broken = checkAnswers({ host, instances: answered, reading: failed('failed'), clock: undefined }, call);
  assert.match(broken[0]?.checks.join() ?? '', /journalctl/);
});
